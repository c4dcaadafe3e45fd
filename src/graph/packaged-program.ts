import { open, realpath, stat } from 'node:fs/promises'
import { extname, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FlinkError } from '../core/errors/flink-error.js'
import { messageOf } from '../core/errors/thrown-value.js'
import { unpackProgramArchive } from './packaged-program-archive.js'

/** A program that can be loaded: the file its user named, and the module in it. */
export interface PackagedProgram {
  /** Absolute path of the job file or archive. */
  readonly path: string
  /** `file:` URL of the module to import. */
  readonly moduleUrl: string
  /** For an archive: its path as the user typed it, and what it was unpacked into, as path and as URL. */
  readonly archive?: { readonly path: string; readonly directory: string; readonly directoryUrl: string } | undefined
}

export interface ProgramLocation {
  /** What the user typed. */
  readonly path: string
  /** Where relative paths start. */
  readonly workingDirectory: string
  /** A fresh directory that an archive may be unpacked into; the caller removes it after the job. */
  readonly unpackDirectory: string
}

const MODULE = /\.[cm]?js$/i
/** Node looks at the case of these. */
const STRIPPABLE = /\.[cm]?ts$/
const JSX = /\.tsx$/i
const COMPILE_FIRST = 'which has to be compiled first (for example with `npx tsc`); then run the .js file that it made'
const COMPILE_OR_NEWER_NODE = `${COMPILE_FIRST}. From 22.18 on Node runs it as it is`
const SNIFFED_BYTES = 512
const ARCHIVE = /\.(tgz|tar\.gz|tar)$/i

/** Finds the module of a job: checks the file, unpacks an archive. Runs no user code. */
export async function openPackagedProgram(location: ProgramLocation): Promise<PackagedProgram> {
  const path = resolve(location.workingDirectory, location.path)
  const status = await stat(path).catch((error: unknown) => {
    if (isMissing(error)) throw new FlinkError('PROGRAM_FILE_NOT_FOUND', { path: location.path }, { cause: error })
    const reason = messageOf(error)
    throw new FlinkError('PROGRAM_NOT_A_MODULE', { path: location.path, reason }, { cause: error })
  })
  if (!status.isFile()) throw new FlinkError('PROGRAM_NOT_A_FILE', { path: location.path })
  if (ARCHIVE.test(path)) {
    const modulePath = await unpackProgramArchive(path, location.unpackDirectory)
    checkExtension(modulePath, path)
    const directory = `${await realpath(location.unpackDirectory)}${sep}`
    const archive = { path: location.path, directory, directoryUrl: pathToFileURL(directory).href }
    return { path, moduleUrl: pathToFileURL(modulePath).href, archive }
  }
  checkExtension(path, location.path)
  await checkText(path, location.path)
  return { path, moduleUrl: pathToFileURL(path).href }
}

/** Only what surely is no source text: a file that cannot be read, or has other faults, shows them when it is imported. */
async function checkText(path: string, shownPath: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES)
    if (!buffer.subarray(0, bytesRead).includes(0)) return
  } finally {
    await file.close()
  }
  throw new FlinkError('PROGRAM_NOT_A_MODULE', { path: shownPath, reason: 'it holds binary data' })
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

function checkExtension(modulePath: string, shownPath: string): void {
  if (MODULE.test(modulePath) || (STRIPPABLE.test(modulePath) && nodeStripsTypes())) return
  throw new FlinkError('PROGRAM_NOT_A_MODULE', { path: shownPath, reason: whyNoModule(modulePath) })
}

function whyNoModule(modulePath: string): string {
  if (STRIPPABLE.test(modulePath)) return `it is TypeScript, ${COMPILE_OR_NEWER_NODE}`
  if (JSX.test(modulePath)) return `it is TypeScript with JSX, ${COMPILE_FIRST}`
  const extension = extname(modulePath)
  return extension === '' ? 'its name has no extension' : `it is a ${extension} file`
}

/** Node leaves out the types of what it loads: from 22.18 and 24 on, unless it was started with --no-strip-types. */
function nodeStripsTypes(): boolean {
  const typescript: unknown = Reflect.get(process.features, 'typescript')
  return typescript === 'strip' || typescript === 'transform'
}
