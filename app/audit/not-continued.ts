/** The log is not what the anchor last knew. Going on would sign, or believe, a second history beside the first one. */
export class NotContinued extends Error {}
