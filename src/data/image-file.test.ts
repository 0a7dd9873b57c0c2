// Pictures encoded by the test, decoded again: formats, colours, transparency, depth, size, damage.
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { DataError } from "../base/errors.ts";
import { decodeImage, readDigit } from "./image-file.node.ts";

/** Left half red, right half blue, 8×4. */
const halves = Uint8Array.from({ length: 8 * 4 * 3 }, (_, i) => {
  const isLeft = Math.floor(i / 3) % 8 < 4;
  return (i % 3 === 0 && isLeft) || (i % 3 === 2 && !isLeft) ? 255 : 0;
});
const picture = () => sharp(halves, { raw: { width: 8, height: 4, channels: 3 } });
const form = { channels: 3, height: 4, width: 8 } as const;

describe("decodeImage", () => {
  it("gives planes, not pixels", async () => {
    const planes = await decodeImage(await picture().png().toBuffer(), form);
    expect(planes).toHaveLength(96);
    expect([...planes.subarray(0, 8)]).toEqual([255, 255, 255, 255, 0, 0, 0, 0]);
    expect([...planes.subarray(32, 64)]).toEqual(new Array(32).fill(0));
    expect([...planes.subarray(64, 72)]).toEqual([0, 0, 0, 0, 255, 255, 255, 255]);
  });

  it.each(["png", "jpeg", "webp"] as const)("reads %s", async (format) => {
    const planes = await decodeImage(await picture().toFormat(format, { quality: 100 }).toBuffer(), form);
    expect(planes[0]).toBeGreaterThan(200);
    expect(planes[64]).toBeLessThan(60);
    expect(planes[71]).toBeGreaterThan(200);
  });

  it("makes grey of colour and colour of grey", async () => {
    const bytes = await picture().png().toBuffer();
    const grey = await decodeImage(bytes, { ...form, channels: 1 });
    expect(grey).toHaveLength(32);
    expect(grey[0]).toBeGreaterThan(grey[7]!);
    const plain = sharp(new Uint8Array(16).fill(77), { raw: { width: 4, height: 4, channels: 1 } });
    const colours = await decodeImage(await plain.png().toBuffer(), { channels: 3, height: 4, width: 4 });
    expect(colours).toEqual(new Uint8Array(48).fill(77));
  });

  it("puts transparent parts on white", async () => {
    const clear = await sharp(new Uint8Array(64), { raw: { width: 4, height: 4, channels: 4 } })
      .png()
      .toBuffer();
    expect(await decodeImage(clear, { channels: 1, height: 4, width: 4 })).toEqual(
      new Uint8Array(16).fill(255),
    );
  });

  it("brings 16 bits a channel down to 8", async () => {
    const deep = sharp(new Uint16Array(16).fill(0x8080), { raw: { width: 4, height: 4, channels: 1 } });
    const bytes = await deep.toColourspace("grey16").png().toBuffer();
    expect((await sharp(bytes).metadata()).depth).toBe("ushort");
    const values = await decodeImage(bytes, { channels: 1, height: 4, width: 4 });
    expect([...values].every((value) => Math.abs(value - 128) <= 1)).toBe(true);
  });

  it("cuts, pads or stretches another aspect ratio", async () => {
    const bytes = await picture().png().toBuffer();
    const square = { channels: 3, height: 4, width: 4 } as const;
    const cover = await decodeImage(bytes, square);
    expect([...cover.subarray(0, 4)]).toEqual([255, 255, 0, 0]);
    const contain = await decodeImage(bytes, { ...square, fit: "contain" });
    expect([...contain.subarray(16, 20)]).toEqual([255, 255, 255, 255]);
    const fill = await decodeImage(bytes, { ...square, fit: "fill" });
    expect(fill[16]).toBeLessThan(30);
  });

  it("turns a photo upright as its EXIF data says", async () => {
    const sideways = await picture().jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer();
    const planes = await decodeImage(sideways, { channels: 3, height: 8, width: 4 });
    // Turned clockwise, the red left half lies on top, from edge to edge.
    expect([planes[0]! > 200, planes[3]! > 200]).toEqual([true, true]);
    expect([planes[28]! < 60, planes[31]! < 60]).toEqual([true, true]);
  });

  it("refuses what is no picture, another format, and a picture cut short", async () => {
    await expect(decodeImage(Uint8Array.of(1, 2, 3), form, "a.png")).rejects.toThrow(DataError);
    await expect(decodeImage(Uint8Array.of(1, 2, 3), form, "a.png")).rejects.toThrow(
      /^a\.png: could not be decoded \(/,
    );
    await expect(decodeImage(".", form)).rejects.toThrow(".: is no file.");
    const gif = await picture().gif().toBuffer();
    await expect(decodeImage(gif, form, "a.gif")).rejects.toThrow(
      "a.gif: the picture is of type gif. Convert it to PNG",
    );
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * i * 31) % 256);
    const png = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .png()
      .toBuffer();
    await expect(decodeImage(png.subarray(0, png.length / 2), form, "b.png")).rejects.toThrow(
      /^b\.png: could not be decoded/,
    );
    await expect(decodeImage("/no/such.png", form)).rejects.toThrow("/no/such.png: does not exist.");
  });
});

describe("readDigit", () => {
  it("makes MNIST's form of a large coloured drawing", async () => {
    const bar = {
      input: { create: { width: 40, height: 500, channels: 3, background: "#102060" } },
      left: 300,
      top: 150,
    } as const;
    const page = sharp({ create: { width: 900, height: 800, channels: 3, background: "#f4f0e0" } });
    const image = await readDigit(await page.composite([bar]).jpeg().toBuffer());
    const rows = Array.from({ length: 28 }, (_, y) => Math.max(...image.subarray(y * 28, (y + 1) * 28)));
    expect(rows.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(rows.slice(4, 24).every((value) => value > 200)).toBe(true);
    expect(rows.slice(24)).toEqual([0, 0, 0, 0]);
  });

  it("says that a picture is blank", async () => {
    const page = sharp({ create: { width: 50, height: 50, channels: 3, background: "#ffffff" } });
    await expect(readDigit(await page.png().toBuffer(), "empty.png")).rejects.toThrow(
      "empty.png: the picture is blank.",
    );
  });
});
