import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { FlinkError } from '../../core/errors/flink-error.js'
import { errnoOf } from '../../core/fs/errno.js'
import { makeDirectories } from '../../core/fs/make-directories.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { argumentError } from '../arguments/parsed-values.js'
import { packageDirectory, packageVersion } from '../output/version.js'
import { printable } from '../terminal/printable-text.js'

/** May be there before: a repository that is new has nothing else. */
const REPOSITORY = '.git'

export const initCommand: CliCommand = {
  name: 'init',
  sentence: 'writes a small project with a job and a test, which builds and runs, to an empty directory.',
  usage: '[OPTIONS] [<directory>]',
  stopAtOperand: false,
  withSession: 'needs-none',
  options: [],
  examples: ['flink-ts init word-count && cd word-count && npm install && npm start'],
  async execute(parsed, context) {
    const [operand = '.', more] = parsed.operands
    if (more !== undefined) throw argumentError(`"${more}" is one directory too many: name one.`)
    const directory = projectDirectory(operand, context.workingDirectory)
    await refuseFull(directory, operand)
    const [{ packageNameOf, projectFiles }, { ownDependency }] = await Promise.all([
      import('../project/project-files.js'),
      import('../project/own-dependency.js'),
    ])
    const name = packageNameOf(path.basename(directory))
    const own = { name: 'flink-ts', version: packageVersion(), directory: packageDirectory() }
    const files = projectFiles({ name, dependency: ownDependency(own, directory) })
    try {
      for (const [file, text] of Object.entries(files)) await write(path.join(directory, file), text)
    } catch (cause) {
      throw new FlinkError('ACTION_FAILED', { text: `Could not write the project to ${directory}.` }, { cause })
    }
    const enter =
      directory === context.workingDirectory ? '' : `cd ${shellWord(isUri(operand) ? directory : operand)} && `
    context.answer({ directory, name, files: Object.keys(files) }, [
      `Wrote the project ${name} to ${printable(directory)}:`,
      ...Object.keys(files).map((file) => `  ${file}`),
      `Go on with: ${enter}npm install && npm start`,
    ])
    return 0
  },
}

function isUri(operand: string): boolean {
  return !path.isAbsolute(absoluteTarget(operand, 'directory of the project', path.sep))
}

function projectDirectory(operand: string, workingDirectory: string): string {
  const target = absoluteTarget(operand, 'directory of the project', workingDirectory)
  if (!isUri(operand)) return target
  try {
    return fileURLToPath(target)
  } catch {
    throw argumentError(`"${operand}" is no directory of this machine, where a project is written.`)
  }
}

/** For a shell that reads the line again. */
function shellWord(file: string): string {
  const word = printable(file.startsWith('-') ? `./${file}` : file)
  return /^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}

/** What somebody has there is not to be mixed with, or replaced by, what is new. */
async function refuseFull(directory: string, given: string): Promise<void> {
  try {
    const [first] = (await readdir(directory)).filter((name) => name !== REPOSITORY)
    if (first === undefined) return
    throw argumentError(`The directory "${given}" is not empty: there is ${first}. Name one that is, or a new one.`)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'ENOENT') return
    if (errno === 'ENOTDIR') throw argumentError(`"${given}" is no directory. Name one that is empty, or a new one.`)
    if (FlinkError.is(error)) throw error
    throw new FlinkError('ACTION_FAILED', { text: `Could not look into ${directory}.` }, { cause: error })
  }
}

/** Never over a file that came meanwhile. */
async function write(file: string, text: string): Promise<void> {
  await makeDirectories(path.dirname(file))
  await writeFile(file, text, { flag: 'wx' })
}
