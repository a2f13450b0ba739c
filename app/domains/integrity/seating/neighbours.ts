export type Seat = { room: string; row: number; column: number };

/** The four of eight directions that name each pair of neighbours once: right, behind, and aslant behind. */
const AROUND = [
  [0, 1],
  [1, -1],
  [1, 0],
  [1, 1],
] as const;

const placeOf = (room: string, row: number, column: number) => JSON.stringify([room, row, column]);

/** Pairs who sat side by side, one behind the other, or aslant, by their index. A second attempt from one seat is found, too. */
export function neighboursOf(seats: readonly (Seat | null)[]): [number, number][] {
  const at = new Map<string, number[]>();
  seats.forEach((seat, index) => {
    if (!seat) return;
    const place = placeOf(seat.room, seat.row, seat.column);
    at.set(place, [...(at.get(place) ?? []), index]);
  });
  return seats.flatMap((seat, index): [number, number][] =>
    seat
      ? AROUND.flatMap(([down, right]) =>
          (at.get(placeOf(seat.room, seat.row + down, seat.column + right)) ?? []).map((other): [number, number] => [
            index,
            other,
          ]),
        )
      : [],
  );
}
