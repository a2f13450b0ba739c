import { dateFormat, numberFormat } from "./intl.ts";

/** Numbers and times as people read them. Pure, so that server and browser write the same. */
const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

export const count = (value: number) => whole.format(value);

export function decimal(value: number, digits = 1): string {
  return numberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** An estimate says that it is one. */
export function about(value: number): string {
  if (value < 1000) return `about ${count(value)}`;
  if (value < 1_000_000) return `about ${decimal(value / 1000, value < 10_000 ? 1 : 0)} k`;
  return `about ${decimal(value / 1_000_000, 1)} M`;
}

export function bytes(value: number): string {
  const sign = value < 0 ? "−" : "";
  let size = Math.abs(value);
  for (const unit of ["B", "kB", "MB", "GB", "TB"]) {
    if (size < 1000 || unit === "TB") return `${sign}${unit === "B" ? count(size) : decimal(size, size < 10 ? 1 : 0)} ${unit}`;
    size /= 1000;
  }
  return `${sign}${size}`;
}

export function percent(ratio: number, digits = 0): string {
  return `${decimal(ratio * 100, digits)} %`;
}

export function milliseconds(value: number): string {
  if (value < 1) return `${decimal(value, 2)} ms`;
  if (value < 1000) return `${decimal(value, value < 10 ? 1 : 0)} ms`;
  return seconds(value / 1000);
}

export function seconds(value: number): string {
  if (value < 0) return `−${seconds(-value)}`;
  if (value < 9.95) return `${decimal(value, 1)} s`;
  if (value < 59.5) return `${count(value)} s`;
  // Rounded before it is taken apart: what is nearly three minutes is not two and sixty seconds.
  const all = Math.round(value);
  const minutes = Math.floor(all / 60);
  if (minutes < 60) return minutes < 10 && all % 60 > 0 ? `${minutes} min ${all % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 > 0 && hours < 10 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

export function ago(at: Date, now: Date): string {
  const gap = (now.getTime() - at.getTime()) / 1000;
  if (Math.abs(gap) < 5) return "now";
  const text = short(Math.abs(gap));
  return gap >= 0 ? `${text} ago` : `in ${text}`;
}

function short(gap: number): string {
  if (gap < 60) return `${Math.round(gap)} s`;
  if (gap < 3600) return `${Math.round(gap / 60)} min`;
  if (gap < 48 * 3600) return `${Math.round(gap / 3600)} h`;
  if (gap < 60 * 86_400) return `${Math.round(gap / 86_400)} days`;
  return `${Math.round(gap / (30 * 86_400))} months`;
}

export function exactTime(at: Date, zone = "UTC"): string {
  const parts = dateFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "short",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  }).format(at);
  return `${parts} ${zone === "UTC" ? "UTC" : zone}`;
}

export function clockTime(at: Date, zone = "UTC", withSeconds = false): string {
  return dateFormat("en-GB", {
    timeZone: zone,
    hour: "2-digit",
    minute: "2-digit",
    ...(withSeconds ? { second: "2-digit" } : {}),
    hourCycle: "h23",
  }).format(at);
}

export function day(at: Date, zone = "UTC"): string {
  return dateFormat("en-GB", { timeZone: zone, weekday: "short", day: "numeric", month: "short" }).format(at);
}

export function month(at: Date, zone = "UTC"): string {
  return dateFormat("en-GB", { timeZone: zone, month: "short", year: "2-digit" }).format(at);
}

/** The code before the amount: lists hold several currencies, and more than one of them is written with a $. */
export const money = (minor: number, currency: string): string => `${currency}\u00a0${decimal(minor / 100, 2)}`;

export const plural = (n: number, one: string, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
