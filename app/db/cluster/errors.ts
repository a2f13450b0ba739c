/** What the person who started us can act on: shown as one line, without a stack. */
export class ClusterError extends Error {}
