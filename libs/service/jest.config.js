import { jestPreset } from '../../jest.preset.js';

export default jestPreset('service', import.meta.dirname);
