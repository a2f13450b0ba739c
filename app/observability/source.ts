/** Where a number comes from; the shape that panels show. */
export type Source = { sql: string; target: string; at: string | null; error?: string | null };
