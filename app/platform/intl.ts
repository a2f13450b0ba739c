/**
 * A formatter costs a hundred times what formatting with it does, and a page formats hundreds of times: each is made once.
 * Locale and zone come from a person's cookie, so only so many are held.
 */
const MOST = 1000;

function kept<Options extends object, Format>(make: (locale: string, options: Options) => Format) {
  const known = new Map<string, Format>();
  return (locale: string, options: Options): Format => {
    const key = `${locale} ${JSON.stringify(options)}`;
    const found = known.get(key);
    if (found) return found;
    const made = make(locale, options);
    if (known.size >= MOST) known.clear();
    known.set(key, made);
    return made;
  };
}

export const dateFormat = kept((locale, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options));
export const numberFormat = kept((locale, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options));
