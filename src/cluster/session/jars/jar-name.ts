import { FlinkError } from '../../../core/errors/flink-error.js'

/** In UTF-8. With the UUID before it a file system takes it everywhere. */
const LONGEST_NAME_BYTES = 200
const PROGRAM = /\.(?:[cm]?js|tgz|tar\.gz|tar)$/i
const JAVA = /\.(?:jar|war|class)$/i
const WHAT_RUNS = 'a program is a module of JavaScript (.js, .mjs, .cjs) or an archive with one (.tgz, .tar.gz, .tar)'

/** The name that an uploaded file keeps: what is last in the given one, without what no name of a file should have. JAR_UPLOAD_REFUSED */
export function checkedJarName(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? ''
  const name = last.replaceAll(/\p{Cc}/gu, '')
  if (JAVA.test(name)) throw refused(`${name} is a program for Java, which flink-ts does not run: ${WHAT_RUNS}.`)
  if (!PROGRAM.test(name)) throw refused(`Only programs are allowed: ${WHAT_RUNS}.`)
  if (Buffer.byteLength(name) > LONGEST_NAME_BYTES) {
    throw refused(`The name of the file is longer than ${String(LONGEST_NAME_BYTES)} bytes.`)
  }
  return name
}

function refused(reason: string): FlinkError {
  return new FlinkError('JAR_UPLOAD_REFUSED', { reason })
}
