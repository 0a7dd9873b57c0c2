// The page's entry: styles and the app.
import "./style/tokens.css";
import "./style/base.css";
import "./style/lab.css";
import "./style/widgets.css";
import "./style/line-plot.css";
import { render } from "preact";
import { App } from "./app/app.tsx";
import { inTurn } from "./app/in-turn.ts";

// The server has put the token of its start into a cookie; an address that is copied or kept must not hold it.
const address = new URL(location.href);
if (address.searchParams.has("token")) {
  address.searchParams.delete("token");
  history.replaceState(history.state, "", address);
}

// A task of its own, after that in which all modules ran.
inTurn(() => render(<App />, document.getElementById("app")!));
