// What the user has chosen for all pages: language and theme. Kept in the browser; `?lang=ru&theme=dark` overrides.
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { isLocale, type Locale } from "../text/locale.ts";

export type Theme = "system" | "light" | "dark";
const THEMES: readonly string[] = ["system", "light", "dark"];
const isTheme = (value: string | null): value is Theme => value !== null && THEMES.includes(value);

interface Preferences {
  readonly locale: Locale;
  readonly theme: Theme;
  setLocale(locale: Locale): void;
  setTheme(theme: Theme): void;
}

const Context = createContext<Preferences | undefined>(undefined);

function stored(key: string): string | null {
  const given = new URLSearchParams(location.search).get(key);
  if (given !== null) return given;
  try {
    return localStorage.getItem(`nabla.${key}`);
  } catch {
    return null; // A browser may refuse storage; the page works without.
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(`nabla.${key}`, value);
  } catch {
    // As above.
  }
}

function firstLocale(): Locale {
  const chosen = stored("lang");
  if (isLocale(chosen)) return chosen;
  return navigator.languages.some((language) => language.startsWith("ru")) ? "ru" : "en";
}

function firstTheme(): Theme {
  const chosen = stored("theme");
  return isTheme(chosen) ? chosen : "system";
}

export function PreferencesProvider({ children }: { readonly children: ComponentChildren }) {
  const [locale, setLocale] = useState(firstLocale);
  const [theme, setTheme] = useState(firstTheme);
  useEffect(() => {
    document.documentElement.lang = locale;
    store("lang", locale);
  }, [locale]);
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
    store("theme", theme);
  }, [theme]);
  return <Context.Provider value={{ locale, theme, setLocale, setTheme }}>{children}</Context.Provider>;
}

export function usePreferences(): Preferences {
  const preferences = useContext(Context);
  if (preferences === undefined) throw new Error("Bug: usePreferences outside of PreferencesProvider.");
  return preferences;
}

/** Whether the page is dark now, whoever chose so; canvases redraw when it changes. */
export function useIsDark(): boolean {
  const { theme } = usePreferences();
  const query = matchMedia("(prefers-color-scheme: dark)");
  const [isSystemDark, setSystemDark] = useState(query.matches);
  useEffect(() => {
    const follow = (event: MediaQueryListEvent): void => setSystemDark(event.matches);
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, []);
  return theme === "system" ? isSystemDark : theme === "dark";
}
