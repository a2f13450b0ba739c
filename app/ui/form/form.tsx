import { createContext, useContext, useId, type ComponentProps, type ReactNode } from "react";
import { Form as RemixForm, useNavigation } from "@remix-run/react";
import type { Refusal } from "~/platform/action-result.ts";
import { Notice } from "~/ui/feedback/empty.tsx";
import { useRefusal } from "./result.ts";

const LOGGED_OUT = 401;

const Refused = createContext<Refusal | null>(null);

/** Why the form around this was refused, and what was typed. */
export const useFormRefusal = () => useContext(Refused);

type FormProps = {
  children: ReactNode;
  /** For fields that stand outside of it and name it. */
  id?: string;
  action?: string;
  method?: "post" | "get";
  className?: string;
  encType?: "multipart/form-data" | "application/x-www-form-urlencoded";
  /** Several forms on one page: only the one that was sent shows the result. */
  intent?: string;
  /** Several forms of one intent: what each is about, sent with it. What was refused for one is not shown at, or typed into, another. */
  about?: Record<string, string>;
};

/** A form that works before JavaScript, shows what was refused, and keeps what was typed. */
export function Form({ children, intent, about = {}, className = "flex flex-col gap-3", ...rest }: FormProps) {
  const refusal = useRefusal();
  const sent = Object.entries({ ...about, ...(intent && { intent }) });
  const mine = refusal && sent.every(([name, value]) => refusal.values[name] === value) ? refusal : null;
  return (
    <Refused.Provider value={mine}>
      <RemixForm method="post" className={className} noValidate {...rest}>
        {sent.map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {mine && (
          <Notice tone="bad" title={mine.message}>
            {mine.status === LOGGED_OUT && (
              <>
                <a className="link underline" href="/login" target="_blank" rel="noreferrer">
                  Log in again in a new tab
                </a>
                , then come back and try again.
              </>
            )}
          </Notice>
        )}
        {/* Beside what asks for it, and above the button that sends it. */}
        {mine?.stepUp && <Proof fields={mine.fields} />}
        {children}
      </RemixForm>
    </Refused.Provider>
  );
}

function Proof({ fields }: { fields?: Record<string, string[]> }) {
  return (
    <div className="rounded-control bg-sunk p-3">
      <Labelled
        label="Confirm that it is you"
        hint="Your password, or a current code from your authenticator app"
        error={fields?.["_proof"]?.[0]}
      >
        {(ids) => <input {...ids} name="_proof" type="password" autoComplete="current-password" className="input" autoFocus />}
      </Labelled>
    </div>
  );
}

type Ids = { id: string; "aria-invalid"?: boolean; "aria-describedby"?: string };

export function Labelled(props: { label: ReactNode; hint?: ReactNode; error?: string; children: (ids: Ids) => ReactNode }) {
  const id = useId();
  const described = [props.hint ? `${id}-hint` : "", props.error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-[520]">
        {props.label}
      </label>
      {props.children({ id, "aria-invalid": props.error ? true : undefined, "aria-describedby": described || undefined })}
      {props.hint && (
        <p id={`${id}-hint`} className="text-[12px] text-muted">
          {props.hint}
        </p>
      )}
      {props.error && (
        <p id={`${id}-error`} className="text-[12px] text-bad">
          {props.error}
        </p>
      )}
    </div>
  );
}

type FieldProps = { label: ReactNode; name: string; hint?: ReactNode; defaultValue?: string | number | null };

const useTyped = (name: string, fallback: string | number | null | undefined) => {
  const refused = useFormRefusal();
  return {
    value: refused?.values[name] ?? (fallback === null || fallback === undefined ? "" : String(fallback)),
    error: refused?.fields[name]?.[0],
    key: refused ? "typed" : "fresh",
  };
};

export function Input({
  label,
  name,
  hint,
  defaultValue,
  ...rest
}: FieldProps & Omit<ComponentProps<"input">, "name" | "defaultValue">) {
  const typed = useTyped(name, defaultValue);
  return (
    <Labelled label={label} hint={hint} error={typed.error}>
      {(ids) => (
        <input
          {...ids}
          key={typed.key}
          name={name}
          className="input"
          defaultValue={rest.type === "password" ? "" : typed.value}
          {...rest}
        />
      )}
    </Labelled>
  );
}

export function Textarea({
  label,
  name,
  hint,
  defaultValue,
  ...rest
}: FieldProps & Omit<ComponentProps<"textarea">, "name" | "defaultValue">) {
  const typed = useTyped(name, defaultValue);
  return (
    <Labelled label={label} hint={hint} error={typed.error}>
      {(ids) => <textarea {...ids} key={typed.key} name={name} rows={3} className="input" defaultValue={typed.value} {...rest} />}
    </Labelled>
  );
}

export type Option = { value: string; label: string };

export function Select({
  label,
  name,
  hint,
  defaultValue,
  options,
  ...rest
}: FieldProps & { options: Option[] } & Omit<ComponentProps<"select">, "name" | "defaultValue">) {
  const typed = useTyped(name, defaultValue);
  return (
    <Labelled label={label} hint={hint} error={typed.error}>
      {(ids) => (
        <select {...ids} key={typed.key} name={name} className="input" defaultValue={typed.value} {...rest}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

export function Checkbox({
  label,
  name,
  hint,
  defaultChecked,
  value = "on",
}: {
  label: ReactNode;
  name: string;
  hint?: ReactNode;
  defaultChecked?: boolean;
  value?: string;
}) {
  const id = useId();
  const refused = useFormRefusal()?.values;
  return (
    <div className="flex items-start gap-2">
      <input
        id={id}
        type="checkbox"
        name={name}
        value={value}
        defaultChecked={refused ? name in refused : defaultChecked}
        className="mt-0.5 size-4 accent-(--accent)"
      />
      <label htmlFor={id}>
        {label}
        {hint && <span className="block text-[12px] text-muted">{hint}</span>}
      </label>
    </div>
  );
}

type ButtonTone = "primary" | "plain" | "danger";
const TONES: Record<ButtonTone, string> = {
  primary: "!bg-accent !border-accent !text-on-accent font-[560] hover:opacity-90",
  plain: "font-[520]",
  danger: "!border-bad !text-bad font-[560] hover:!bg-bad-soft",
};

export function Button({ tone = "plain", className = "", ...rest }: ComponentProps<"button"> & { tone?: ButtonTone }) {
  return <button type="button" className={`control justify-center ${TONES[tone]} ${className}`} {...rest} />;
}

/** Says that it is at work, and can't be sent twice. */
export function Submit({
  children,
  tone = "primary",
  busy,
  ...rest
}: ComponentProps<"button"> & { tone?: ButtonTone; busy?: string }) {
  const navigation = useNavigation();
  const working = navigation.state === "submitting";
  return (
    <Button type="submit" tone={tone} disabled={working} {...rest}>
      {working && busy ? busy : children}
    </Button>
  );
}
