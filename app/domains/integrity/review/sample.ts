/** As it stands in the statement of an attempt that was drawn, and not flagged. */
export const SAMPLED_SAYS =
  "Nothing flagged this attempt. It was drawn at random, so that one can say how often the signals are wrong and what they miss.";
