export const EMAIL = { matches: /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/, says: "This is not an e-mail address" };
