// Reads the fields of protocol buffer messages. Trusts nothing: every length is checked against what encloses it before
// memory is taken. Knows nothing of ONNX.
import type { PbfReader } from "pbf";
import { FormatError } from "../base/errors.ts";

const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];
const CURE = "The file is damaged or no ONNX model; export it again.";

/** A message's fields in turn, none of which reaches beyond its end. */
export class Message {
  readonly #pbf: PbfReader;
  readonly #end: number;
  readonly #file: string;

  constructor(pbf: PbfReader, end: number, file: string) {
    this.#pbf = pbf;
    this.#end = end;
    this.#file = file;
  }

  fail(what: string): FormatError {
    return new FormatError(`${this.#file}: ${what} (byte ${this.#pbf.pos}). ${CURE}`, {
      file: this.#file,
      position: this.#pbf.pos,
    });
  }

  /** Calls the reader of each field's number; others are passed over. */
  each(readers: Readonly<Record<number, () => void>>): void {
    const pbf = this.#pbf;
    while (pbf.pos < this.#end) {
      const key = this.#varint();
      const tag = Math.floor(key / 8);
      pbf.type = key % 8;
      if (tag === 0) throw this.fail("a field has the number 0");
      const read = readers[tag];
      if (read === undefined) this.#skip();
      else read();
      if (pbf.pos > this.#end) throw this.fail("a field is longer than what holds it");
    }
  }

  #varint(): number {
    try {
      return this.#pbf.readVarint(true);
    } catch {
      throw this.fail("a number is cut short");
    }
  }

  #expect(type: number): void {
    if (this.#pbf.type !== type) throw this.fail(`a field is of wire type ${this.#pbf.type}, not ${type}`);
  }

  #skip(): void {
    const pbf = this.#pbf;
    if (pbf.type === VARINT) this.#varint();
    else if (pbf.type === FIXED64) pbf.pos += 8;
    else if (pbf.type === FIXED32) pbf.pos += 4;
    else this.bytes();
  }

  /** The place where a field of bytes ends, which is within the message. */
  #length(): number {
    this.#expect(BYTES);
    const length = this.#varint();
    const end = this.#pbf.pos + length;
    if (length < 0 || end > this.#end)
      throw this.fail(`a field says it has ${length} bytes, beyond what holds it`);
    return end;
  }

  int(): number {
    this.#expect(VARINT);
    const value = this.#varint();
    if (!Number.isSafeInteger(value)) throw this.fail(`the whole number ${value} is too large`);
    return value;
  }

  float(): number {
    this.#expect(FIXED32);
    if (this.#pbf.pos + 4 > this.#end) throw this.fail("a number is cut short");
    return this.#pbf.readFloat();
  }

  bytes(): Uint8Array {
    const end = this.#length();
    const bytes = this.#pbf.buf.subarray(this.#pbf.pos, end);
    this.#pbf.pos = end;
    return bytes;
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }

  /** Whole numbers, packed or one a field. */
  ints(into: number[]): void {
    if (this.#pbf.type !== BYTES) {
      into.push(this.int());
      return;
    }
    const end = this.#length();
    while (this.#pbf.pos < end) {
      const value = this.#varint();
      if (this.#pbf.pos > end || !Number.isSafeInteger(value))
        throw this.fail("a list of numbers is cut short");
      into.push(value);
    }
  }

  /** Numbers of `width` bytes, packed or one a field. */
  numbers(into: number[], width: 4 | 8): void {
    const read = () => (width === 4 ? this.#pbf.readFloat() : this.#pbf.readDouble());
    const isPacked = this.#pbf.type === BYTES;
    if (!isPacked) this.#expect(width === 4 ? FIXED32 : FIXED64);
    const end = isPacked ? this.#length() : this.#pbf.pos + width;
    if (end > this.#end || (end - this.#pbf.pos) % width !== 0)
      throw this.fail("a list of numbers is cut short");
    while (this.#pbf.pos < end) into.push(read());
  }

  message<T>(read: (message: Message) => T): T {
    const end = this.#length();
    const result = read(new Message(this.#pbf, end, this.#file));
    this.#pbf.pos = end;
    return result;
  }
}
