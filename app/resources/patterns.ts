export const EMAIL = { matches: /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/, says: "Not an e-mail address" };

/** As ISO 4217 writes it. */
export const CURRENCY = { matches: /^[A-Z]{3}$/, says: "Enter a currency code of three letters, for example EUR" };
