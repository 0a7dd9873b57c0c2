// The page's entry: styles and the app.
import "./style/tokens.css";
import "./style/base.css";
import "./style/lab.css";
import "./style/widgets.css";
import { render } from "preact";
import { App } from "./app/app.tsx";

// The server has put the token of its start into a cookie; an address that is copied or kept must not hold it.
const address = new URL(location.href);
if (address.searchParams.has("token")) {
  address.searchParams.delete("token");
  history.replaceState(history.state, "", address);
}

render(<App />, document.getElementById("app")!);
