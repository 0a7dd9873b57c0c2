// Where the picture comes from: drawn ones, a file of the reader's, or the camera, live.
import { useEffect, useRef, useState } from "preact/hooks";
import { useText } from "../../text/use-text.ts";
import { Choice } from "../../widgets/choice.tsx";
import type { Picture } from "./compute.ts";
import { greyPicture, MOST_LIVE, openCamera, type Refusal, readPicture } from "./own-picture.ts";
import { SCENE_NAMES } from "./presets.ts";
import { text } from "./text.ts";

interface PictureChoiceProps {
  readonly name: string;
  readonly hasOwn: boolean;
  /** Whether the engine is still at the last picture; the camera waits for it. */
  readonly isBusy: boolean;
  readonly onName: (name: string) => void;
  readonly onPicture: (picture: Picture) => void;
}

/** Between two pictures of the camera, in milliseconds. */
const PAUSE = 120;

export function PictureChoice({ name, hasOwn, isBusy, onName, onPicture }: PictureChoiceProps) {
  const t = useText(text);
  const [refusal, setRefusal] = useState<Refusal>();
  const [stream, setStream] = useState<MediaStream>();
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const picture = await readPicture(file);
    setStream(undefined);
    if (typeof picture === "string") return setRefusal(picture);
    setRefusal(undefined);
    onPicture(picture);
  };
  const toggle = async (): Promise<void> => {
    if (stream !== undefined) return setStream(undefined);
    const opened = await openCamera();
    if (typeof opened === "string") return setRefusal(opened);
    setRefusal(undefined);
    setStream(opened);
  };
  return (
    <>
      <Choice
        label={t.picture}
        value={name}
        options={[...SCENE_NAMES, ...(hasOwn ? (["own"] as const) : [])]}
        nameOf={(option) => t.pictures[option]}
        onChange={(option) => {
          setStream(undefined);
          onName(option);
        }}
      />
      <label class="button file-button">
        {t.upload}
        <input
          class="for-readers"
          type="file"
          accept="image/*"
          onChange={(event) => {
            void read(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
      </label>
      <button type="button" aria-pressed={stream !== undefined} onClick={() => void toggle()}>
        {stream === undefined ? t.camera : t.cameraStop}
      </button>
      {stream && <Camera stream={stream} isBusy={isBusy} onPicture={onPicture} />}
      {refusal && (
        <p class="notice" role="alert">
          {t.refusals[refusal]}
        </p>
      )}
    </>
  );
}

interface CameraProps {
  readonly stream: MediaStream;
  readonly isBusy: boolean;
  readonly onPicture: (picture: Picture) => void;
}

/** Takes a picture whenever the engine is free, as long as it is shown; the camera is off after that. */
function Camera(props: CameraProps) {
  const { stream } = props;
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
    video.srcObject = stream;
    void video.play().catch(() => {}); // Refused only when the stream has ended meanwhile.
    const timer = setInterval(() => {
      if (latest.current.isBusy || video.videoWidth === 0) return;
      const picture = greyPicture(video, { width: video.videoWidth, height: video.videoHeight }, MOST_LIVE);
      if (picture) latest.current.onPicture(picture);
    }, PAUSE);
    return () => {
      clearInterval(timer);
      video.srcObject = null;
      for (const track of stream.getTracks()) track.stop();
    };
  }, [stream]);
  return null;
}
