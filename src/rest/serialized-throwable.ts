/**
 * Errors in the form in which Flink's Java client reads them: the bytes of a Java object, an instance of
 * `org.apache.flink.util.SerializedThrowable`, as `java.io.ObjectOutputStream` writes it (Java Object Serialization
 * Specification, chapter 6). Where these bytes are missing or wrong the client asks again for a minute, and then tells of an
 * answer that it cannot read instead of the error. The class has had the same fields in all of its versions, 1.4 to 2.x.
 */

/** An error as a Java program would tell of it. */
export interface JavaThrowable {
  readonly className: string
  readonly message: string
  /** Of the whole chain. */
  readonly stackTrace: string
  readonly cause: JavaThrowable | undefined
}

const STREAM_HEADER = Buffer.from('aced0005', 'hex')
/** Bytes that say what comes next. */
const NULL = Buffer.from([0x70])
const REFERENCE = Buffer.from([0x71])
const CLASS_DESCRIPTION = Buffer.from([0x72])
const OBJECT = Buffer.from([0x73])
const STRING = Buffer.from([0x74])
const END = Buffer.from([0x78])
const LONG_STRING = Buffer.from([0x7c])

const SERIALIZABLE = 2
const SERIALIZABLE_WITH_WRITE_METHOD = 3
/** Classes and strings are numbered in the order in which they were written; later ones name them by that. */
const FIRST_HANDLE = 0x7e0000
const HANDLE_OF_THROWABLE_CLASS = FIRST_HANDLE
const HANDLE_OF_STRING_TYPE = FIRST_HANDLE + 1

const MOST_BYTES_OF_SHORT_TEXT = 0xffff
/** Two characters of which each has a form of its own in Java: NUL, and one half of a pair. */
const UNLIKE_UTF_8 = /[\0\ud800-\udfff]/

const STRING_TYPE = reference(HANDLE_OF_STRING_TYPE)

/** The classes of the object, it and what it extends, each with its fields. The values come in the opposite order. */
const CLASSES = Buffer.concat([
  classOf('org.apache.flink.util.SerializedThrowable', 7284183123441947635n, SERIALIZABLE, [
    ['L', 'fullStringifiedStackTrace', text('Ljava/lang/String;')],
    ['L', 'originalErrorClassName', STRING_TYPE],
    ['[', 'serializedException', text('[B')],
  ]),
  classOf('java.lang.Exception', -3387516993124229948n, SERIALIZABLE, []),
  classOf('java.lang.Throwable', -3042686055658047285n, SERIALIZABLE_WITH_WRITE_METHOD, [
    ['L', 'cause', text('Ljava/lang/Throwable;')],
    ['L', 'detailMessage', STRING_TYPE],
    ['[', 'stackTrace', text('[Ljava/lang/StackTraceElement;')],
    ['L', 'suppressedExceptions', text('Ljava/util/List;')],
  ]),
  NULL,
])

/** Base64. The serialized exception itself is left out: its class is not there in Java, and the client does without. */
export function serializedThrowable(throwable: JavaThrowable): string {
  return Buffer.concat([STREAM_HEADER, ...objectOf(throwable, CLASSES)]).toString('base64')
}

/** `classes`: written out the first time, a reference to them from then on. */
function objectOf(throwable: JavaThrowable, classes: Buffer): Buffer[] {
  const { className, message, stackTrace, cause } = throwable
  const causeObject = cause === undefined ? [NULL] : objectOf(cause, reference(HANDLE_OF_THROWABLE_CLASS))
  const ofThrowable = [...causeObject, text(message), NULL, NULL, END]
  return [OBJECT, classes, ...ofThrowable, text(stackTrace), text(className), NULL]
}

type Field = readonly [kind: 'L' | '[', name: string, type: Buffer]

function classOf(name: string, serialVersionUid: bigint, flags: number, fields: readonly Field[]): Buffer {
  const uid = Buffer.alloc(8)
  uid.writeBigInt64BE(serialVersionUid)
  const described = fields.flatMap(([kind, field, type]) => [Buffer.from(kind), utf(field), type])
  const head = [CLASS_DESCRIPTION, utf(name), uid, Buffer.from([flags]), sizeOf(fields.length, 2)]
  return Buffer.concat([...head, ...described, END])
}

function reference(handle: number): Buffer {
  return Buffer.concat([REFERENCE, sizeOf(handle, 4)])
}

function utf(value: string): Buffer {
  return Buffer.concat([sizeOf(value.length, 2), Buffer.from(value)])
}

function text(value: string): Buffer {
  const bytes = modifiedUtf8(value)
  return bytes.length > MOST_BYTES_OF_SHORT_TEXT
    ? Buffer.concat([LONG_STRING, sizeOf(0, 4), sizeOf(bytes.length, 4), bytes])
    : Buffer.concat([STRING, sizeOf(bytes.length, 2), bytes])
}

function sizeOf(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}

/** Java's: every character of UTF-16 for itself, so that a pair is six bytes, and NUL in two. */
function modifiedUtf8(value: string): Buffer {
  if (!UNLIKE_UTF_8.test(value)) return Buffer.from(value)
  const bytes = Buffer.alloc(value.length * 3)
  let at = 0
  for (let index = 0; index < value.length; index += 1) {
    const unit = value.charCodeAt(index)
    if (unit > 0x7ff) {
      at = bytes.writeUInt8(0xe0 | (unit >> 12), at)
      at = bytes.writeUInt8(0x80 | ((unit >> 6) & 0x3f), at)
      at = bytes.writeUInt8(0x80 | (unit & 0x3f), at)
    } else if (unit > 0x7f || unit === 0) {
      at = bytes.writeUInt8(0xc0 | (unit >> 6), at)
      at = bytes.writeUInt8(0x80 | (unit & 0x3f), at)
    } else {
      at = bytes.writeUInt8(unit, at)
    }
  }
  return bytes.subarray(0, at)
}
