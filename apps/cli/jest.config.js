import { jestPreset } from '../../jest.preset.js';

export default jestPreset('cli service', import.meta.dirname);
