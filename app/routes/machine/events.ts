import { ingest } from "~/domains/integrity/ingest/ingest.server.ts";
import { eventEndpoint, onlyPost } from "./event-endpoint.server.ts";

export const loader = onlyPost;
export const action = eventEndpoint("integrity:write", ingest);
