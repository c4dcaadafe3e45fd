/** The frames of a stack that are the user's own: neither the engine's, nor Node's. Trimmed, innermost first. */
export function userFrames(stack: string, engineRoot: string): string[] {
  return stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '))
    .filter((line) => !line.includes(engineRoot) && !line.includes('node:') && !line.includes('<anonymous>'))
}
