// The page's entry: styles and the app.
import "./style/tokens.css";
import "./style/base.css";
import "./style/lab.css";
import { render } from "preact";
import { App } from "./app/app.tsx";

render(<App />, document.getElementById("app")!);
