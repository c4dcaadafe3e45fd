/** The cases of `cases/`: a job made after a user's trouble, the commands, and the right answer. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { REPOSITORY, userEnvironment } from './command-line.js'

const FOLDER = path.join(REPOSITORY, 'test/e2e/cases')

/** What `cmd.sh` prints, run in its own folder. */
async function outputOf(folder: string): Promise<string> {
  const binary = `${process.execPath} ${path.join(REPOSITORY, 'bin/flink-ts.js')}`
  const env = userEnvironment({ FLINK_TS: binary, LINK: REPOSITORY })
  const child = spawn('bash', ['cmd.sh'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  await new Promise((resolve) => child.on('close', resolve))
  return output
}

describe("jobs made after users' troubles give the right answer", () => {
  const cases = readdirSync(FOLDER).filter((name) => existsSync(path.join(FOLDER, name, 'cmd.sh')))
  for (const name of cases.sort()) {
    it(name, async () => {
      const folder = path.join(FOLDER, name)
      assert.equal(await outputOf(folder), readFileSync(path.join(folder, 'expected.txt'), 'utf8'))
    })
  }
})
