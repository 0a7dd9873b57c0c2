// The typed errors everything throws. Each names the rule broken, with the values, and the cure.
// Knows nothing of tensors; fields are plain data so that a tool can read them.

/** Root of every error this package throws on purpose; `code` is stable, `fields` hold the values named in the message. */
export class NablaError extends Error {
  readonly code: string;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, fields: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.fields = fields;
  }
}

/** Shapes or axes that do not fit the operation. */
export class ShapeError extends NablaError {
  constructor(message: string, fields?: Record<string, unknown>) {
    super("NABLA_SHAPE", message, fields);
  }
}

/** An element type the operation or device does not accept. */
export class DTypeError extends NablaError {
  constructor(message: string, fields?: Record<string, unknown>) {
    super("NABLA_DTYPE", message, fields);
  }
}

/** A device that is missing, out of memory, or failed. */
export class DeviceError extends NablaError {
  constructor(message: string, fields?: Record<string, unknown>, cause?: unknown) {
    super("NABLA_DEVICE", message, fields, cause);
  }
}

/** Data that is missing, damaged, or out of range. */
export class DataError extends NablaError {
  constructor(message: string, fields?: Record<string, unknown>, cause?: unknown) {
    super("NABLA_DATA", message, fields, cause);
  }
}

/** A file whose bytes do not follow its format. */
export class FormatError extends NablaError {
  constructor(message: string, fields?: Record<string, unknown>, cause?: unknown) {
    super("NABLA_FORMAT", message, fields, cause);
  }
}

/** A checkpoint that cannot be written, read, or applied to this model. */
export class CheckpointError extends NablaError {
  constructor(message: string, fields?: Record<string, unknown>, cause?: unknown) {
    super("NABLA_CHECKPOINT", message, fields, cause);
  }
}

/** An option or configuration value that is unknown or out of range. */
export class ConfigError extends NablaError {
  constructor(message: string, fields?: Record<string, unknown>) {
    super("NABLA_CONFIG", message, fields);
  }
}

/** Training that left the finite numbers, or a descent that diverged. */
export class DivergenceError extends NablaError {
  constructor(message: string, fields?: Record<string, unknown>) {
    super("NABLA_DIVERGENCE", message, fields);
  }
}

/** A fault of ours, never the user's: an invariant of the engine is broken. */
export class BugError extends NablaError {
  constructor(message: string, fields?: Record<string, unknown>) {
    super("NABLA_BUG", `Bug: ${message}`, fields);
  }
}
