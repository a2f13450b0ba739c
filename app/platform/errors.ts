/** The few ways a verb can refuse. Each maps to one HTTP status, once, in access/respond. */
export class AppError extends Error {
  readonly status: number = 500;
  constructor(
    message: string,
    readonly details?: unknown,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

export class NotFound extends AppError {
  override readonly status = 404;
}

/** An address that exists elsewhere: this installation only watches a server, and says so. */
export class NotHere extends NotFound {
  constructor(
    message = "This installation watches a database server that is not Invigil's own, so it has no tenants, people or exams. The database pages, alerts, incidents, the audit log and staff work as usual.",
  ) {
    super(message);
  }
}

export class LoggedOut extends AppError {
  override readonly status = 401;
  constructor() {
    super("Your session has ended. Nothing was changed, and what you typed is still here.");
  }
}

export class Forbidden extends AppError {
  override readonly status = 403;
}

/** The state has moved on: someone else was first, or the machine does not allow this move. */
export class Conflict extends AppError {
  override readonly status = 409;
}

export type FieldErrors = Record<string, string[]>;

/** What was typed can't be taken. `fields` names each wrong field in words for the person who typed it. */
export class Invalid extends AppError {
  override readonly status = 422;
  constructor(
    message: string,
    readonly fields: FieldErrors = {},
  ) {
    super(message, fields);
  }
}

export class TooMany extends AppError {
  override readonly status = 429;
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(message);
  }
}

/** When to come back, for the answer's headers. */
export const retryAfter = (error: unknown): Record<string, string> =>
  error instanceof TooMany ? { "Retry-After": String(error.retryAfterSeconds) } : {};

/** Not what any page of ours would send. */
export class BadRequest extends AppError {
  override readonly status = 400;
}

/** Something we need is not there right now: the primary, a privilege, a feature of this server. */
export class Unavailable extends AppError {
  override readonly status = 503;
}

/** The act needs a fresh proof of who is asking. */
export class StepUpRequired extends AppError {
  override readonly status = 401;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
