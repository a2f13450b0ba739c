import { createContext, useContext } from "react";

export const Nonce = createContext("");

/** Known while rendering on the server; browsers hide the attribute afterwards, and it is not needed again. */
export const useNonce = () => useContext(Nonce) || undefined;
