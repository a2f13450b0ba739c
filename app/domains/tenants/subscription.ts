/** The life of a subscription: the legal moves, as data. The database refuses every other. */
export const SUBSCRIPTION_STATES = ["TRIAL", "ACTIVE", "PAST_DUE", "SUSPENDED", "EXPIRED", "CANCELLED"] as const;
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number];

export const SUBSCRIPTION_MACHINE: Record<SubscriptionState, readonly SubscriptionState[]> = {
  TRIAL: ["ACTIVE", "PAST_DUE", "SUSPENDED", "EXPIRED", "CANCELLED"],
  ACTIVE: ["PAST_DUE", "SUSPENDED", "EXPIRED", "CANCELLED"],
  PAST_DUE: ["ACTIVE", "SUSPENDED", "EXPIRED", "CANCELLED"],
  SUSPENDED: ["TRIAL", "ACTIVE", "PAST_DUE", "EXPIRED", "CANCELLED"],
  EXPIRED: ["ACTIVE", "CANCELLED"],
  CANCELLED: ["ACTIVE"],
};

/** In these states a tenant's people can't log in to the platform, nor sit an exam. */
export const CLOSED_STATES: readonly SubscriptionState[] = ["SUSPENDED", "EXPIRED", "CANCELLED"];
