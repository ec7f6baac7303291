export { createJobQueue, type JobQueue, type JobQueueOptions } from './job-queue.ts'
export type { Attempt } from './job-worker.ts'
export { migrateJobQueue } from './migrate-job-queue.ts'
