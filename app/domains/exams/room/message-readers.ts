/** Whom a message of the room (as `t`) went to. */
export const MESSAGE_READERS = `(
  select m.user_id
  from public.room_message_recipient m
  where m.college_id = t.college_id and m.message_id = t.id
)`;
