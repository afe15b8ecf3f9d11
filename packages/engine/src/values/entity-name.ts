/** The name rule that series and metrics share with entities (data-and-stores R58). */
export { isEntityName } from '@laneway/model';
