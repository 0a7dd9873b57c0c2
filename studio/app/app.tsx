// The shell: header with language and theme, and the page that the address names.
import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type EngineFailure, onEngineFailure } from "../engine/client.ts";
import { shell } from "../text/index.ts";
import { formatNumber, LOCALES, type Locale } from "../text/locale.ts";
import { useText } from "../text/use-text.ts";
import { LABS, ROOM } from "./catalog.ts";
import { Home } from "./home.tsx";
import { inTurn } from "./in-turn.ts";
import { PreferencesProvider, type Theme, usePreferences } from "./preferences.tsx";
import { hashOf, useRoute } from "./router.ts";

const LANGUAGE_NAMES: Readonly<Record<Locale, string>> = { en: "English", ru: "Русский" };

export function App() {
  return (
    <PreferencesProvider>
      <Shell />
    </PreferencesProvider>
  );
}

function Shell() {
  const { page } = useRoute();
  const t = useText(shell);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    // A reader hears the new page from its beginning.
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
    scrollTo(0, 0);
  }, [page]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {t.skip}
      </button>
      <Header />
      <EngineNotice />
      <main id="main" class="main" tabIndex={-1} ref={main}>
        {page === "" ? <Home /> : <Page key={page} id={page} />}
      </main>
    </>
  );
}

function Header() {
  const t = useText(shell);
  const { locale, theme, setLocale, setTheme } = usePreferences();
  return (
    <header class="header">
      <a class="brand" href="#/">
        {t.name}
      </a>
      <a href={hashOf(ROOM)}>{t.room.title}</a>
      <select
        aria-label={t.language}
        value={locale}
        onChange={(event) => setLocale(event.currentTarget.value as Locale)}
      >
        {LOCALES.map((name) => (
          <option key={name} value={name} lang={name}>
            {LANGUAGE_NAMES[name]}
          </option>
        ))}
      </select>
      <select
        aria-label={t.theme}
        value={theme}
        onChange={(event) => setTheme(event.currentTarget.value as Theme)}
      >
        {Object.entries(t.themes).map(([name, text]) => (
          <option key={name} value={name}>
            {`${t.theme}: ${text}`}
          </option>
        ))}
      </select>
    </header>
  );
}

/** What has happened to the engine and what helps, above whatever page is open. */
function EngineNotice() {
  const t = useText(shell).engine;
  const [failure, setFailure] = useState<EngineFailure>();
  useEffect(() => onEngineFailure(setFailure), []);
  if (failure === undefined) return null;
  return (
    <p role="alert" class="notice engine-notice">
      {failure.kind === "notStarted" ? t.notStarted(failure.reason) : t[failure.kind]} <Reload />
    </p>
  );
}

function Reload() {
  const t = useText(shell).engine;
  return (
    <button type="button" onClick={() => location.reload()}>
      {t.reload}
    </button>
  );
}

/** How the page of this name is loaded; undefined where there is none. */
function loaderOf(id: string): (() => Promise<ComponentType>) | undefined {
  if (id === ROOM) return () => import("../room/room.tsx").then(({ Room }) => Room);
  const entry = LABS.find((lab) => lab.id === id);
  return entry && (() => entry.load().then(({ Lab }) => Lab));
}

/** A page loaded when it is opened. */
function Page({ id }: { readonly id: string }) {
  const t = useText(shell);
  const load = loaderOf(id);
  const [Loaded, setLoaded] = useState<ComponentType>();
  const [failure, setFailure] = useState<string>();
  const { locale } = usePreferences();
  useEffect(() => {
    // A browser takes its time over the first number it writes: not while it draws the page.
    inTurn(() => void formatNumber(0.5, locale));
    load?.().then(
      (component) => inTurn(() => setLoaded(() => component)),
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    );
  }, [id]);
  if (load === undefined) {
    return (
      <>
        <h1>{t.notFound}</h1>
        <a href="#/">{t.toStart}</a>
      </>
    );
  }
  if (failure !== undefined) {
    return (
      <p class="notice" role="alert">
        {t.notLoaded(failure)} <Reload />
      </p>
    );
  }
  return Loaded === undefined ? <p>{t.loading}</p> : <Loaded />;
}
