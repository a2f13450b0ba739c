/** The legal moves of what enrollments are made of, as data; the database refuses every other. */
export const ENROLLMENT_MACHINE = {
  ACTIVE: ["COMPLETED", "EXPIRED", "CANCELLED", "DROPPED"],
  EXPIRED: ["ACTIVE", "CANCELLED"],
  CANCELLED: ["ACTIVE"],
  DROPPED: ["ACTIVE"],
  COMPLETED: [],
} as const;

export const REGISTRATION_MACHINE = {
  PENDING: ["APPROVED", "REJECTED", "CANCELLED"],
  APPROVED: [],
  REJECTED: [],
  CANCELLED: [],
} as const;

export const PAYMENT_MACHINE = { PENDING: ["COMPLETED", "FAILED"], COMPLETED: ["REFUNDED"], FAILED: [], REFUNDED: [] } as const;

export const PAYMENT_METHODS = ["CARD", "TRANSFER", "CASH", "OTHER"] as const;
