// How tests and measurements of the studio start a Chromium of this machine.
import { existsSync } from "node:fs";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The path of Chromium: what NABLA_CHROMIUM says, or one of the usual places. Throws where there is none. */
function findChromium(): string {
  const found = [process.env["NABLA_CHROMIUM"], ...USUAL].find((path) => path && existsSync(path));
  if (found) return found;
  throw new Error(
    `studio: no Chromium at ${USUAL.join(", ")}. Install it (Debian: apt-get install chromium) or name one in NABLA_CHROMIUM.`,
  );
}

/**
 * What the browser does without: pages for its address bar, which nobody sees and each window spends nearly a second on.
 * The list takes the place of Playwright's own, of which it keeps what asks the network or delays a page.
 */
const WITHOUT = [
  ...["WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup", "PreloadTopChromeWebUI"],
  ...["AimEnabled", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "Translate"],
  ...["HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "PaintHolding", "DestroyProfileOnBrowserClose"],
];

/** What Playwright is told. */
export const chromiumOptions = () => ({
  executablePath: findChromium(),
  chromiumSandbox: false,
  headless: true,
  args: [`--disable-features=${WITHOUT.join()}`],
});
