import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sourceFiles, textOf } from './repository.js'

/** Lines of the comment that opens a file; 0 when it opens with something else. */
function openingCommentLines(text: string): number {
  const block = /^\/\*[\s\S]*?\*\//.exec(text)
  if (block !== null) {
    const words = block[0].split('\n').filter((line) => /[A-Za-z]/.test(line))
    return words.length
  }
  return /^(\/\/.*\n)+/.exec(text)?.[0].trimEnd().split('\n').length ?? 0
}

for (const room of ['src/runtime', 'src/storage']) {
  test(`every file of ${room} opens with two to eight lines on its duty, its invariants and its thread`, () => {
    const wrong = sourceFiles(room)
      .map((file) => ({ file, lines: openingCommentLines(textOf(file)) }))
      .filter(({ lines }) => lines < 2 || lines > 8)
    assert.deepEqual(wrong, [])
  })
}

test('a file without an opening comment is noticed', () => {
  assert.equal(openingCommentLines("import { x } from './x.js'\n/** late */\n"), 0)
  assert.equal(openingCommentLines('/**\n * Duty of the file.\n * Runs on the main thread.\n */\nexport {}\n'), 2)
  assert.equal(openingCommentLines('// Duty.\n// Thread.\nexport {}\n'), 2)
})
