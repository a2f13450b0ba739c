import { ingestLearning } from "~/domains/learning/events/ingest.server.ts";
import { eventEndpoint, onlyPost } from "./event-endpoint.server.ts";

export const loader = onlyPost;
export const action = eventEndpoint("learning:write", ingestLearning);
