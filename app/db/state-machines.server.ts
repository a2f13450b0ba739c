import { z } from "zod";
import { rows, type Queryable } from "./query.ts";
import { sql } from "./sql.ts";

const machine = z.object({ table: z.string(), column: z.string(), moves: z.array(z.string()) });

/** State machines by table and column, each with its legal moves as `FROM>TO`. */
export const readMachines = (on: Queryable): Promise<z.infer<typeof machine>[]> =>
  rows(
    on,
    sql`select split_part(machine, '.', 1) as table, split_part(machine, '.', 2) as column,
               array_agg(from_state || '>' || to_state) as moves
        from console.state_transition
        group by machine`,
    machine,
  );
