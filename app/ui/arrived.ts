import { useSyncExternalStore } from "react";

const never = () => () => undefined;

/** Whether JavaScript has arrived. */
export const useArrived = () =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
