import { jestPreset } from '../../jest.preset.js';

export default jestPreset('routing service', import.meta.dirname);
