import { createContext, useContext, useEffect, useId, useRef, type ComponentProps, type ReactNode } from "react";
import { Form as RemixForm, useActionData, useNavigation, type FetcherWithComponents } from "@remix-run/react";
import { Notice } from "~/ui/feedback/empty.tsx";

/** What an action gives back; the shape of access/page's ActResult, as the browser sees it. */
export type FormResult = {
  ok: boolean;
  message?: string;
  fields?: Record<string, string[]>;
  values?: Record<string, string>;
  stepUp?: boolean;
  status?: number;
  details?: unknown;
  result?: unknown;
} | null;

const LOGGED_OUT = 401;

const Result = createContext<FormResult>(null);

export const useFormResult = () => useContext(Result);

type FormProps = {
  children: ReactNode;
  action?: string;
  method?: "post" | "get";
  className?: string;
  /** Submits without leaving the page; the form then keeps its own result. */
  fetcher?: FetcherWithComponents<unknown>;
  encType?: "multipart/form-data" | "application/x-www-form-urlencoded";
  /** Several forms on one page: only the one that was sent shows the result. */
  intent?: string;
  /** Several forms of one intent: what each is about, sent with it. What was refused for one is not shown at, or typed into, another. */
  about?: Record<string, string>;
  onDone?: (result: NonNullable<FormResult>) => void;
};

/** A form that works before JavaScript, shows what was refused, and keeps what was typed. */
export function Form({ children, fetcher, intent, about = {}, onDone, className = "flex flex-col gap-3", ...rest }: FormProps) {
  const pageResult = useActionData() as FormResult | undefined;
  const own = (fetcher ? (fetcher.data as FormResult | undefined) : pageResult) ?? null;
  const same = Object.entries(about).every(([name, value]) => own?.values?.[name] === value);
  const mine = own && (fetcher || ((!intent || own.values?.["intent"] === intent) && (own.ok || same))) ? own : null;
  const seen = useRef<unknown>(null);
  useEffect(() => {
    if (mine?.ok && seen.current !== mine) {
      seen.current = mine;
      onDone?.(mine);
    }
  });
  const Element = fetcher ? fetcher.Form : RemixForm;
  return (
    <Result.Provider value={mine}>
      <Element method="post" className={className} noValidate {...rest}>
        {intent && <input type="hidden" name="intent" value={intent} />}
        {Object.entries(about).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        {mine && !mine.ok && (
          <Notice tone="bad" title={mine.message ?? "This could not be done"}>
            {mine.status === LOGGED_OUT && (
              <>
                <a className="link underline" href="/login" target="_blank" rel="noreferrer">
                  Log in again in a new tab
                </a>
                , come back here, and press once more.
              </>
            )}
          </Notice>
        )}
        {/* Beside what asks for it, and above the button that sends it. */}
        {mine?.stepUp && <Proof fields={mine.fields} />}
        {children}
      </Element>
    </Result.Provider>
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
  const result = useFormResult();
  const refused = result && !result.ok ? result : null;
  return {
    value: refused?.values?.[name] ?? (fallback === null || fallback === undefined ? "" : String(fallback)),
    error: refused?.fields?.[name]?.[0],
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
  const result = useFormResult();
  const refused = result && !result.ok ? result.values : null;
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
  fetcher,
  ...rest
}: ComponentProps<"button"> & { tone?: ButtonTone; busy?: string; fetcher?: FetcherWithComponents<unknown> }) {
  const navigation = useNavigation();
  const working = fetcher ? fetcher.state !== "idle" : navigation.state === "submitting";
  return (
    <Button type="submit" tone={tone} disabled={working} {...rest}>
      {working && busy ? busy : children}
    </Button>
  );
}
