export { type Attempt, type JobQueue, type JobQueueOptions, openJobQueue } from './job-queue.ts'
