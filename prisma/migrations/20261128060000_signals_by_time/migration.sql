-- Signals are counted by type every few seconds, over all tenants: what arrived since the last look, not the whole day.
-- Signals arrive in order, so each new entry goes to the end of this index.
CREATE INDEX "integrity_event_received_at_idx" ON public."integrity_event" (received_at);
