export default { case: () => import('./CasePanel.vue') }
