import { jestPreset } from '../../jest.preset.js';

export default jestPreset('recording service', import.meta.dirname);
