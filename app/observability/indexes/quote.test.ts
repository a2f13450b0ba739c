import { expect, it } from "vitest";
import { quote, quoteName } from "./quote.ts";

it("a statement that is offered for copying names tables as SQL reads them, reserved words included", () => {
  expect(quote("public.student_answer")).toBe("public.student_answer");
  expect(quote("Sales Data.Order Items")).toBe('"Sales Data"."Order Items"');
  expect(quote("shop.order")).toBe('shop."order"');
  expect(quoteName("user")).toBe('"user"');
  expect(quoteName('say "hi"')).toBe('"say ""hi"""');
  expect(quoteName("a.b")).toBe('"a.b"');
});
