/** The pages of the example jobs: the command that each shows, and the lines that it says come of it. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { REPOSITORY } from './command-line.js'

export interface ExamplePage {
  readonly job: string
  /** Arguments of the binary; files are named in full. */
  readonly command: readonly string[]
  /** In no order. */
  readonly lines: readonly string[]
}

const COMMAND_AND_LINES = /```sh\nnode bin\/flink-ts\.js (run .*)\n```\n\n```\n([^`]*)\n```\n/

export function examplePages(): readonly ExamplePage[] {
  const folder = path.join(REPOSITORY, 'jobs/pages')
  const files = readdirSync(folder).filter((file) => file !== 'README.md')
  return files.map((file) => {
    const job = path.basename(file, '.md')
    const [, command, lines] = COMMAND_AND_LINES.exec(readFileSync(path.join(folder, file), 'utf8')) ?? []
    assert.ok(command !== undefined && lines !== undefined, `${file} shows no command with its lines`)
    assert.ok(command.includes(` dist/jobs/${job}.js`), `${file} shows the command of another job`)
    return { job, command: command.split(' ').map(inFull), lines: lines.split('\n').sort() }
  })
}

function inFull(argument: string): string {
  return /^(dist|jobs)\//.test(argument) ? path.join(REPOSITORY, argument) : argument
}
