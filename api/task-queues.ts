/**
 * Task queue of the poll activities. They hold a slot for as long as the sidecar works, so they have a queue and
 * slots of their own: otherwise restart number 101 would burn its execution time waiting for a slot.
 */
export function pollTaskQueue(taskQueue: string): string {
  return `${taskQueue}-poll`;
}
