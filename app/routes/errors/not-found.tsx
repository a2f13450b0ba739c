import { protectedLoader } from "~/access/page.server.ts";
import { NotFound } from "~/platform/errors.ts";

export const loader = protectedLoader("self", async (): Promise<null> => {
  throw new NotFound("There is no page at this address.");
});

export default function Nothing() {
  return null;
}
