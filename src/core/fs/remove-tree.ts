/**
 * Removes a file, or a directory with all that is in it; nothing there is nothing to do. fs-extra is loaded with the first
 * removal: that takes tens of ms, so what every job does at its start and its end keeps to Node's own calls.
 */
export async function removeTree(file: string): Promise<void> {
  const { remove } = await import('fs-extra/esm')
  await remove(file)
}
