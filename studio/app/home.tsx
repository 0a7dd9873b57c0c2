// The start page: every lab, by chapter.
import { useEffect } from "preact/hooks";
import { shell } from "../text/index.ts";
import { useText } from "../text/use-text.ts";
import { GROUPS, LABS, ROOM } from "./catalog.ts";
import { hashOf } from "./router.ts";

export function Home() {
  const t = useText(shell);
  useEffect(() => {
    document.title = `${t.name} · ${t.home.title}`;
  }, [t]);
  return (
    <>
      <h1>{t.home.title}</h1>
      <p class="lead">{t.home.lead}</p>
      <a class="card" href={hashOf(ROOM)}>
        <strong>{t.room.title}</strong>
        <span>{t.room.about}</span>
      </a>
      {GROUPS.filter((group) => LABS.some((lab) => lab.group === group)).map((group) => (
        <section key={group} aria-labelledby={`group-${group}`}>
          <h2 id={`group-${group}`}>{t.groups[group]}</h2>
          <ul class="cards">
            {LABS.filter((lab) => lab.group === group).map(({ id }) => (
              <li key={id}>
                <a class="card" href={hashOf(id)}>
                  <strong>{`${LABS.findIndex((lab) => lab.id === id) + 1}. ${t.labs[id].title}`}</strong>
                  <span>{t.labs[id].about}</span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
