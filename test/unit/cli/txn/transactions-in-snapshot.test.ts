import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import type { CliContext } from '../../../../src/cli/arguments/cli-context.js'
import { PLAIN_DIAGNOSTICS } from '../../../../src/cli/terminal/colours.js'
import { transactionsInSnapshot } from '../../../../src/cli/txn/transactions-in-snapshot.js'
import { Configuration } from '../../../../src/core/config/configuration.js'
import { FlinkError } from '../../../../src/core/errors/flink-error.js'

describe('Transactions of a snapshot', () => {
  it('are not none where the directory is no snapshot: whoever aborts all others would abort those that were meant', async (t) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'flink-ts-txn-'))
    t.after(() => {
      rmSync(directory, { recursive: true, force: true })
    })
    const notCompleted = path.join(directory, 'chk-2')
    mkdirSync(notCompleted)
    const context = {
      configuration: Configuration.fromMap({ 'cluster.run-directory': directory }),
      diagnostics: PLAIN_DIAGNOSTICS,
      workingDirectory: directory,
    } as unknown as CliContext
    for (const named of [notCompleted, directory]) {
      const isMissing = (error: unknown): boolean => FlinkError.is(error, 'SNAPSHOT_METADATA_MISSING')
      await assert.rejects(transactionsInSnapshot(named, context), isMissing)
    }
  })
})
