-- A share of the attempts that nothing flagged is reviewed too, so that one can say what the signals miss and how often they
-- are wrong. Percent, per tenant; nobody's result waits for it.
ALTER TABLE public."college" ADD COLUMN review_sample_percent integer NOT NULL DEFAULT 0;
ALTER TABLE public."college" ADD CONSTRAINT "college_review_sample_percent_check" CHECK (review_sample_percent BETWEEN 0 AND 20);
ALTER TABLE public."review" ADD COLUMN sampled boolean NOT NULL DEFAULT false;
