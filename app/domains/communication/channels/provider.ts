export type Outgoing = {
  id: string;
  collegeId: string;
  type: string;
  title: string;
  message: string;
  /** A number, the token of a device, an address on the internet: what the channel sends to. */
  to: string;
};

/** A way to a person that leads over somebody else's service. */
export type Provider = {
  channel: "SMS" | "PUSH" | "WEBHOOK";
  /** Of the environment, what is missing to use it. Empty: it is configured. */
  missing(): string[];
  /** What the person has to give for it, in words. */
  needs: string;
  /** Returns once the service took it, with its name for the message; throws where it did not. */
  send(message: Outgoing): Promise<string | null>;
};

/** The service said no, and would again: there is no second try. */
export class Refused extends Error {
  override name = "Refused";
  constructor(
    message: string,
    /** Nobody is there any more: the address is forgotten. */
    readonly gone = false,
  ) {
    super(message);
  }
}

/** The line broke while the service had the message: another try could send it twice. */
export class MayHaveArrived extends Error {
  override name = "MayHaveArrived";
}

/** Whether an answer means "not now": everything else that is no success means "not ever". */
export const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;
