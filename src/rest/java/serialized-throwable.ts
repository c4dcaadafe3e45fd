import { classes, END, NULL, OBJECT, reference, STREAM_HEADER, text } from './object-stream.js'

/** An error as a Java program would tell of it. */
export interface JavaThrowable {
  readonly className: string
  readonly message: string
  /** Of the whole chain. */
  readonly stackTrace: string
  readonly cause: JavaThrowable | undefined
}

/**
 * Base64 of an instance of `org.apache.flink.util.SerializedThrowable`, which has had the same fields in all of its versions, 1.4 to
 * 2.x. Where these bytes are missing or wrong Flink's client asks again for a minute, and then tells of an answer that it
 * cannot read instead of the error. The serialized exception itself is left out: its class is not there in Java.
 */
export function serializedThrowable(throwable: JavaThrowable): string {
  return Buffer.concat([STREAM_HEADER, throwableObject(throwable, 0)]).toString('base64')
}

/** `index`: how much was written to the stream before it. */
export function throwableObject(throwable: JavaThrowable, index: number): Buffer {
  return Buffer.concat(objectOf(throwable, throwableClasses(index), index))
}

/** The class is written out the first time, and a reference to it stands for it from then on. */
function objectOf(throwable: JavaThrowable, itsClasses: Buffer, index: number): Buffer[] {
  const { className, message, stackTrace, cause } = throwable
  const causeObject = cause === undefined ? [NULL] : objectOf(cause, reference(index), index)
  const ofThrowable = [...causeObject, text(message), NULL, NULL, END]
  return [OBJECT, itsClasses, ...ofThrowable, text(stackTrace), text(className), NULL]
}

function throwableClasses(index: number): Buffer {
  const stringType = reference(index + 1)
  return classes(
    {
      name: 'org.apache.flink.util.SerializedThrowable',
      serialVersionUid: 7284183123441947635n,
      fields: [
        ['L', 'fullStringifiedStackTrace', text('Ljava/lang/String;')],
        ['L', 'originalErrorClassName', stringType],
        ['[', 'serializedException', text('[B')],
      ],
    },
    { name: 'java.lang.Exception', serialVersionUid: -3387516993124229948n, fields: [] },
    {
      name: 'java.lang.Throwable',
      serialVersionUid: -3042686055658047285n,
      hasWriteMethod: true,
      fields: [
        ['L', 'cause', text('Ljava/lang/Throwable;')],
        ['L', 'detailMessage', stringType],
        ['[', 'stackTrace', text('[Ljava/lang/StackTraceElement;')],
        ['L', 'suppressedExceptions', text('Ljava/util/List;')],
      ],
    },
  )
}
