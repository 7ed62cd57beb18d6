"""The widgets of known nodes, in the order in which the page stores their values.

Read off the nodes' own declarations: the core ones as ComfyUI lists them up to 2026, and those of the packs that
decide a recipe. One row per class, or per several with the same widgets; `(a_#, b_#) x 3` is a_1, b_1, a_2 ….
The hidden control behind a seed is not listed: it is known by its value.
"""

from functools import cache

_CORE = """
AlignYourStepsScheduler | OptimalStepsScheduler: model_type, steps, denoise
AnimaLLLiteApply | ControlNetApplyAdvanced | ControlNetApplySD3 | ControlNetInpaintingAliMamaApply: strength,
    start_percent, end_percent
APG: eta, norm_threshold, momentum
ARVideoI2V | CosmosImageToVideoLatent | CosmosPredict2ImageToVideoLatent | EmptyARVideoLatent |
    EmptyCosmosLatentVideo | EmptyHunyuanLatentVideo | EmptyHunyuanVideo15Latent | EmptyLTXVLatentVideo |
    EmptyMochiLatentVideo | HunyuanVideo15ImageToVideo | Kandinsky5ImageToVideo | Wan22FunControlToVideo |
    Wan22ImageToVideoLatent | WanCameraImageToVideo | WanFirstLastFrameToVideo | WanFunControlToVideo |
    WanFunInpaintToVideo | WanHuMoImageToVideo | WanImageToVideo | WanPhantomSubjectToVideo | WanSoundImageToVideo:
    width, height, length, batch_size
BasicScheduler: scheduler, steps, denoise
BeebleSwitchXImageEdit | BeebleSwitchXVideoEdit: prompt, alpha_mode, max_resolution, seed
BerniniConditioning: width, height, length, batch_size, ref_max_size
BetaSamplingScheduler: steps, beta
BriaAddObject | BriaReplaceObject: instruction, seed, moderation
BriaImageEditNode: model, prompt, negative_prompt, structured_prompt, seed, guidance_scale, steps, moderation
BriaImageGenerate: prompt, structured_prompt, aspect_ratio, resolution, seed, moderation
ByteDanceFirstLastFrameNode | ByteDanceImageToVideoNode | ByteDanceTextToVideoNode: model, prompt, resolution,
    aspect_ratio, duration, seed, camera_fixed, watermark, generate_audio
ByteDanceSeedreamNode: model, prompt, size_preset, width, height, sequential_image_generation, max_images, seed,
    watermark, fail_on_partial
Canny: low_threshold, high_threshold
CaseConverter | StringTrim: string, mode
CFGGuider | DualModelGuider: cfg
CFGNorm: strength, pre_cfg
CFGOverride: cfg, start_percent, end_percent
CheckpointLoader: config_name, ckpt_name
CheckpointLoaderSimple | ImageOnlyCheckpointLoader | LTXVAudioVAELoader | unCLIPCheckpointLoader: ckpt_name
CheckpointSave | SaveLatent | SaveSVGNode | SaveImage: filename_prefix
CLIPLoader: clip_name, type, device
CLIPSetLastLayer: stop_at_clip_layer
CLIPTextEncode | CLIPTextEncodeControlnet | PhotoMakerEncode: text
CLIPTextEncodeFlux: clip_l, t5xxl, guidance
CLIPTextEncodeHiDream: clip_l, clip_g, t5xxl, llama
CLIPTextEncodeHunyuanDiT: bert, mt5xl
CLIPTextEncodeKandinsky5: clip_l, qwen25_7b
CLIPTextEncodeLumina2: system_prompt, user_prompt
CLIPTextEncodePixArtAlpha: width, height, text
CLIPTextEncodeSD3: clip_l, clip_g, t5xxl, empty_padding
CLIPTextEncodeSDXL: width, height, crop_w, crop_h, target_width, target_height, text_g, text_l
CLIPTextEncodeSDXLRefiner: ascore, width, height, text
CLIPVisionEncode: crop
CLIPVisionLoader: clip_name
ComfyMathExpression: expression
ComfyNotNode | PrimitiveBoolean | PrimitiveFloat | PrimitiveInt | PrimitiveString | PrimitiveStringMultiline |
    PrimitiveNode: value
ComfySwitchNode: switch
ConditioningAverage: conditioning_to_strength
ConditioningMultiply | RescaleCFG: multiplier
ConditioningSetArea | ConditioningSetAreaPercentage: width, height, x, y, strength
ConditioningSetAreaPercentageVideo: width, height, temporal, x, y, z, strength
ConditioningSetAreaStrength | ControlNetApply | DifferentialDiffusion | QwenImageDiffsynthControlnet |
    ZImageFunControlnet: strength
ConditioningSetMask | ConditioningSetProperties | ConditioningSetPropertiesAndCombine |
    PairConditioningSetProperties | PairConditioningSetPropertiesAndCombine: strength, set_cond_area
ConditioningSetTimestepRange: start, end
ConditioningStableAudio: seconds_start, seconds_total
ConditioningTimestepsRange: start_percent, end_percent
ContextWindowsManual: context_length, context_overlap, context_schedule, context_stride, closed_loop, fuse_method,
    dim, freenoise, cond_retain_index_list, split_conds_to_windows, latent_retain_index_list, causal_window_fix
ControlNetLoader | DiffControlNetLoader: control_net_name
CreateHookLora | LoraLoader | LoraLoaderBypass: lora_name, strength_model, strength_clip
CreateHookLoraModelOnly | LoraLoaderBypassModelOnly | LoraLoaderModelOnly: lora_name, strength_model
CreateVideo: fps, bit_depth, color_space
DiffusersLoader: model_path
DualCFGGuider: cfg_conds, cfg_cond2_negative, style
DualCLIPLoader: clip_name1, clip_name2, type, device
EasyCache | LazyCache: reuse_threshold, start_percent, end_percent, verbose
EmptyAceStep1.5LatentAudio | EmptyMiniMaxMusic3LatentAudio | EmptyAceStepLatentAudio | EmptyLatentAudio |
    EmptyYuE2LatentAudio: seconds, batch_size
EmptyAudio: duration, sample_rate, channels
EmptyChromaRadianceLatentImage | EmptyFlux2LatentImage | EmptyHiDreamO1LatentImage | EmptyHunyuanImageLatent |
    EmptyLatentImage | EmptySD3LatentImage: width, height, batch_size
EmptyImage: width, height, batch_size, color
EmptyMiniMaxH3LatentAV: width, height, length
EmptyQwenImageLayeredLatentImage: width, height, layers, batch_size
Epsilon Scaling: scaling_factor
ExponentialScheduler: steps, sigma_max, sigma_min
ExtendIntermediateSigmas: steps, start_at_sigma, end_at_sigma, spacing
Flux2MaxImageNode | Flux2ProImageNode: prompt, width, height, seed, prompt_upsampling
Flux2Scheduler: steps, width, height
Flux3ImageNode: prompt, aspect_ratio, resolution, grounding, safety_tolerance, seed
Flux3ImageToVideoNode: prompt, placement, aspect_ratio, duration, resolution, generate_audio, safety_tolerance, seed
Flux3LayoutPrompt | TextEncodeJoyImageEdit | TextEncodeMingImageEdit | TextEncodeQwenImageEdit |
    TextEncodeQwenImageEditPlus: prompt
Flux3MaxImageToVideoNode: prompt, placement, aspect_ratio, duration, resolution, reasoning_level, generate_audio,
    seed
Flux3MaxTextToVideoNode: prompt, aspect_ratio, duration, resolution, reasoning_level, generate_audio, seed
Flux3TextToVideoNode | Flux3VideoContinuationNode: prompt, aspect_ratio, duration, resolution, generate_audio,
    safety_tolerance, seed
FluxGuidance: guidance
FluxKontextMaxImageNode | FluxKontextProImageNode: prompt, aspect_ratio, guidance, steps, seed, prompt_upsampling
FluxKontextMultiReferenceLatentMethod: reference_latents_method
FluxProExpandNode: prompt, prompt_upsampling, top, bottom, left, right, guidance, steps, seed
FluxProUltraImageNode: prompt, prompt_upsampling, seed, aspect_ratio, raw, image_prompt_strength
FluxVideoEditNode: prompt, auto_downscale, safety_tolerance, seed
FluxVideoUpscaleNode: upscale_factor, mode, prompt, auto_downscale, safety_tolerance, seed
FluxVTONode: prompt, seed
FreeU | FreeU_V2: b1, b2, s1, s2
FreSca: scale_low, scale_high, freq_cutoff
GeminiImage2Node: prompt, model, seed, aspect_ratio, resolution, response_modalities, system_prompt
GeminiImageNode: prompt, model, seed, aspect_ratio, response_modalities, system_prompt
GeminiNanoBanana2: prompt, model, seed, aspect_ratio, resolution, response_modalities, thinking_level, system_prompt
GeminiNanoBanana2V2: prompt, model, model.aspect_ratio, model.resolution, model.thinking_level, seed,
    response_modalities, system_prompt, temperature, top_p
GeminiNode: prompt, model, seed, system_prompt
GITSScheduler: coeff, steps, denoise
GLIGENLoader: gligen_name
GLIGENTextBoxApply: text, width, height, x, y
GrokImageEditNode: model, prompt, resolution, number_of_images, seed, aspect_ratio
GrokImageNode: model, prompt, aspect_ratio, number_of_images, seed, resolution, quality
GrokVideoEditNode: model, prompt, seed
GrokVideoNode: model, prompt, resolution, aspect_ratio, duration, seed
HiDreamO1PatchSeamSmoothing: start_percent, end_percent, pattern, passes, blend, strength
HunyuanImageToVideo: width, height, length, batch_size, guidance_type
HunyuanRefinerLatent | HunyuanVideo15SuperResolution: noise_augmentation
HunyuanVideo15LatentUpscaleWithModel | ImageScale | LatentUpscale: upscale_method, width, height, crop
HypernetworkLoader: hypernetwork_name, strength
Ideogram4Scheduler: steps, width, height, mu, std
IdeogramPImage: prompt, quality, resolution, aspect_ratio, prompt_upsampling, seed
IdeogramV3: prompt, aspect_ratio, resolution, magic_prompt_option, seed, num_images, rendering_speed
IdeogramV4: prompt, resolution, rendering_speed, seed
ImageBlend: blend_factor, blend_mode
ImageBlur: blur_radius, sigma
ImageCompositeMasked | LatentCompositeMasked: x, y, resize_source
ImageCrop | LatentCrop: width, height, x, y
ImageCropV2: crop_region, x, y, width, height
ImageFlip: flip_method
ImageFromBatch | LatentFromBatch: batch_index, length
ImagePadForOutpaint: left, top, right, bottom, feathering
ImageQuantize: colors, dither
ImageScaleBy | LatentUpscaleBy: upscale_method, scale_by
ImageScaleToMaxDimension: upscale_method, largest_size
ImageScaleToTotalPixels: upscale_method, megapixels, resolution_steps
ImageStitch: direction, match_image_size, spacing_width, spacing_color
InpaintModelConditioning: noise_mask
KarrasScheduler | PolyexponentialScheduler: steps, sigma_max, sigma_min, rho
KlingImage2VideoNode: prompt, negative_prompt, model_name, cfg_scale, mode, aspect_ratio, duration
KlingImageToVideoWithAudio: model_name, prompt, mode, duration, generate_audio
KlingOmniProEditVideoNode: model_name, prompt, keep_original_sound, resolution, seed
KlingOmniProFirstLastFrameNode: model_name, prompt, duration, resolution, storyboards, generate_audio, seed
KlingOmniProImageNode: model_name, prompt, resolution, aspect_ratio, series_amount, seed
KlingOmniProImageToVideoNode: model_name, prompt, aspect_ratio, duration, resolution, storyboards, generate_audio,
    seed
KlingStartEndFrameNode | KlingTextToVideoNode: prompt, negative_prompt, cfg_scale, aspect_ratio, mode
KlingTextToVideoWithAudio: model_name, prompt, mode, aspect_ratio, duration, generate_audio
KSampler: seed, steps, cfg, sampler_name, scheduler, denoise
KSamplerAdvanced: add_noise, noise_seed, steps, cfg, sampler_name, scheduler, start_at_step, end_at_step,
    return_with_leftover_noise
KSamplerSelect: sampler_name
LaplaceScheduler: steps, sigma_max, sigma_min, mu, beta
LatentBatchSeedBehavior: seed_behavior
LatentBlend: blend_factor
LatentComposite: x, y, feather
LatentInterpolate | TomePatchModel | ModelMergeSimple | CLIPMergeSimple: ratio
LatentUpscaleModelLoader | UpscaleModelLoader: model_name
LoadImage: image, upload
LoadImageMask: image, channel, upload
LoadLatent: latent
LoadVideo: file, upload
LoraModelLoader: lora, strength_model, bypass
LTXAVTextEncoderLoader: text_encoder, ckpt_name, device
LTXVAddGeneratedKeyframes: interval_frames, frame_indices
LTXVAddGuide: frame_idx, strength
LTXVAddLatentGuide: latent_idx, strength
LTXVConditioning: frame_rate
LTXVContextWindows | WanContextWindowsManual: context_length, context_overlap, context_schedule, context_stride,
    closed_loop, fuse_method, freenoise, retain_first_frame, split_conds_to_windows
LTXVDualCFGGuider: video_cfg, audio_cfg
LTXVDurationPredictor: duration_head, frame_rate, min_seconds, max_seconds
LTXVEmptyLatentAudio: frames_number, frame_rate, batch_size
LTXVGeneratedKeyframesToGuides: strength, override_frame_indices
LTXVImgToVideo | WanVaceToVideo: width, height, length, batch_size, strength
LTXVImgToVideoInplace: strength, bypass
LTXVModalityGuidance: modality_scale, start_percent, end_percent
LTXVPreprocess: img_compression
LTXVReferenceAudio: identity_guidance_scale, start_percent, end_percent
LTXVScheduler: steps, max_shift, base_shift, stretch, terminal
LTXVSeparateGeneratedKeyframes: keyframes_to_batch
LTXVSpatioTemporalGuidance: scale, blocks, start_percent, end_percent
LumaImageModifyNode: prompt, image_weight, model, seed
LumaImageNode: prompt, model, aspect_ratio, seed, style_image_weight
LumaImageToVideoNode: prompt, model, resolution, duration, loop, seed
LumaRay32ExtendVideoNode: source_generation_id, direction, prompt, resolution, seed, direction_loop
LumaRay32ImageToVideoNode: prompt, resolution, loop, seed
LumaRay32KeyframesToVideoNode: prompt, resolution, duration, seed
LumaRay32TextToVideoNode: prompt, aspect_ratio, resolution, duration, loop, seed
LumaRay32VideoEditNode: prompt, resolution, strength, seed
LumaRay32VideoReframeNode: prompt, aspect_ratio, resolution, seed
LumaVideoNode: prompt, model, aspect_ratio, resolution, duration, loop, seed
MagnificImageRelightNode: prompt, light_transfer_strength, style, interpolate_from_original, change_background,
    preserve_details, advanced_settings
MagnificImageStyleTransferNode: prompt, style_strength, structure_strength, flavor, engine, portrait_mode,
    fixed_generation
MagnificImageUpscalerCreativeNode: prompt, scale_factor, optimized_for, creativity, hdr, resemblance, fractality,
    engine, auto_downscale
ManualSigmas: sigmas
MaskComposite: x, y, operation
MiniMaxH3AddGuide: frame_idx
MiniMaxH3ImageToVideo: prompt, width, height, length
MiniMaxH3SigmaShift: shift_video, shift_audio
MinimaxHailuoVideoNode: prompt_text, seed, prompt_optimizer, duration, resolution
MinimaxImageToVideoNode | MinimaxTextToVideoNode: prompt_text, model, seed
MiniMaxMusic3TextEncode: caption, lyrics, seed, max_duration, cfg_scale, top_k
ModelPatchLoader: name
ModelSamplingAuraFlow: shift, sampling
ModelSamplingContinuousEDM | ModelSamplingContinuousV: sampling, sigma_max, sigma_min
ModelSamplingDiscrete: sampling, zsnr
ModelSamplingFlux: max_shift, base_shift, width, height
ModelSamplingLTXV: max_shift, base_shift
ModelSamplingSD3 | ModelSamplingStableCascade | SenseNovaSamplingOptions: shift
MOSSImageLayoutPrompt: prompt, width, height, character_boxes
NAGuidance: nag_scale, nag_alpha, nag_tau
OpenAIDalle3: prompt, seed, quality, style, size
OpenAIGPTImage1: prompt, seed, quality, background, size, n, model
PatchModelAddDownscale: block_number, downscale_factor, start_percent, end_percent, downscale_after_skip,
    downscale_method, upscale_method
PerpNeg: neg_scale
PerpNegGuider: cfg, neg_scale
PerturbedAttentionGuidance: scale
PhotoMakerLoader: photomaker_model_name
PiDConditioning: latent_format, degrade_sigma
PixverseImageToVideoNode | PixverseTransitionVideoNode: prompt, quality, duration_seconds, motion_mode, seed,
    negative_prompt
PixverseTextToVideoNode: prompt, aspect_ratio, quality, duration_seconds, motion_mode, seed, negative_prompt
PreviewAny: preview_mode, preview_text
QuadrupleCLIPLoader: clip_name1, clip_name2, clip_name3, clip_name4
RandomNoise: noise_seed
RecraftImageInpaintingNode | RecraftReplaceBackgroundNode: prompt, n, seed, negative_prompt
RecraftImageToImageNode: prompt, n, strength, seed, negative_prompt
RecraftTextToImageNode: prompt, size, n, seed
RecraftTextToVectorNode: prompt, substyle, size, n, seed
ReferenceMultiLatent: resolution, resolution.megapixels
RegexExtract: string, regex_pattern, mode, case_insensitive, multiline, dotall, group_index
RegexReplace: string, regex_pattern, replace, case_insensitive, multiline, dotall, count
RenormCFG: cfg_trunc, renorm_cfg
RepeatImageBatch | RepeatLatentBatch: amount
ReplaceVideoLatentFrames: index
ResizeAndPadImage: target_width, target_height, padding_color, interpolation
ResizeImagesByLongerEdge: longer_edge
ResizeImagesByShorterEdge: shorter_edge
ResolutionSelector: aspect_ratio, megapixels, multiple
RunwayAleph2VideoToVideoNode: prompt, seed, public_figure_threshold
RunwayFirstLastFrameNode | RunwayImageToVideoNodeGen3a | RunwayImageToVideoNodeGen4: prompt, duration, ratio, seed
RunwayTextToImageNode: prompt, ratio
SamplerARVideo: num_frame_per_block
SamplerCustom: add_noise, noise_seed, cfg
SamplerDPMAdaptative: order, rtol, atol, h_init, pcoeff, icoeff, dcoeff, accept_safety, eta, s_noise
SamplerDPMPP_2M_SDE: solver_type, eta, s_noise, noise_device
SamplerDPMPP_2S_Ancestral | SamplerEulerAncestral | SamplerEulerAncestralCFGPP: eta, s_noise
SamplerDPMPP_3M_SDE: eta, s_noise, noise_device
SamplerDPMPP_SDE: eta, s_noise, r, noise_device
SamplerER_SDE: solver_type, max_stage, eta, s_noise
SamplerEulerCFGpp: version
SamplerLCM: s_noise, s_noise_end, noise_clip_std
SamplerLCMUpscale: scale_ratio, scale_steps, upscale_method
SamplerLMS: order
SamplerSASolver: eta, sde_start_percent, sde_end_percent, s_noise, predictor_order, corrector_order, use_pece,
    simple_order_2
SamplerSEEDS2: solver_type, eta, s_noise, r
SamplingPercentToSigma: sampling_percent, return_actual_sigma
SaveAnimatedPNG: filename_prefix, fps, compress_level
SaveAnimatedWEBP: filename_prefix, fps, lossless, quality, method
SaveImageAdvanced: filename_prefix, format, format.bit_depth, format.input_color_space
SaveVideo: filename_prefix, format, format.codec, codec
SaveWEBM: filename_prefix, codec, fps, crf
SD_4XUpscale_Conditioning: scale_ratio, noise_augmentation
SDTurboScheduler: steps, denoise
SeedNode: seed
SelfAttentionGuidance: scale, blur_sigma
SetFirstSigma: sigma
SetUnionControlNetType: type
SkipLayerGuidanceDiT: double_layers, single_layers, scale, start_percent, end_percent, rescaling_scale
SkipLayerGuidanceSD3: layers, scale, start_percent, end_percent
SolidMask: value, width, height
SplitSigmas: step
SplitSigmasDenoise: denoise
StableCascade_EmptyLatentImage: width, height, compression, batch_size
StableCascade_StageC_VAEEncode: compression
StableZero123_Conditioning: width, height, batch_size, elevation, azimuth
StableZero123_Conditioning_Batched: width, height, batch_size, elevation, azimuth, elevation_batch_increment,
    azimuth_batch_increment
StringConcatenate: string_a, string_b, delimiter
StringFormat: f_string
StringReplace: string, find, replace
StringSubstring: string, start, end
StyleModelApply: strength, strength_type
StyleModelLoader: style_model_name
SVD_img2vid_Conditioning: width, height, video_frames, motion_bucket_id, fps, augmentation_level
TextEncodeAceStepAudio1.5: tags, lyrics, seed, bpm, duration, timesignature, language, keyscale,
    generate_audio_codes, cfg_scale, temperature, top_p, top_k, min_p
TextEncodeAceStepAudio: tags, lyrics, lyrics_strength
TextEncodeBooguEdit: prompt, negative_prompt
TextEncodeFibo2 | TextEncodeMageFlowEdit: prompt, negative_prompt, width, height, batch_size
TextEncodeHunyuanVideo_ImageToVideo: prompt, image_interleave
TextEncodeMOSSImageEdit: prompt, edit_format, image_strength
TextEncodeQwenImage21: prompt, negative_prompt, resolution
TextEncodeZImageOmni: prompt, auto_resize_images
TextGenerate | TextGenerateLTX2Prompt: prompt, max_length, sampling_mode, sampling_mode.temperature,
    sampling_mode.top_k, sampling_mode.top_p, sampling_mode.min_p, sampling_mode.repetition_penalty,
    sampling_mode.seed, sampling_mode.presence_penalty, thinking, use_default_template, mtp
TrimAudioDuration: start_index, duration
TrimVideoLatent: trim_amount
TripleCLIPLoader: clip_name1, clip_name2, clip_name3
unCLIPConditioning: strength, noise_augmentation
UNETLoader: unet_name, weight_dtype
VAEDecodeTiled | VAEEncodeTiled: tile_size, overlap, temporal_size, temporal_overlap
VAEEncodeForInpaint: grow_mask_by
VAELoader: vae_name
Veo3FirstLastFrameNode: prompt, negative_prompt, resolution, aspect_ratio, duration, seed, model, generate_audio
Veo3VideoGenerationNode: prompt, aspect_ratio, resolution, negative_prompt, duration_seconds, enhance_prompt,
    person_generation, seed, model, generate_audio
Video Slice: start_time, duration, strict_duration
VideoLinearCFGGuidance | VideoTriangleCFGGuidance: min_cfg
Vidu2ImageToVideoNode | Vidu2StartEndToVideoNode | ViduImageToVideoNode | ViduStartEndToVideoNode: model, prompt,
    duration, seed, resolution, movement_amplitude
Vidu2TextToVideoNode: model, prompt, duration, seed, aspect_ratio, resolution, background_music
ViduReferenceVideoNode | ViduTextToVideoNode: model, prompt, duration, seed, aspect_ratio, resolution,
    movement_amplitude
VPScheduler: steps, beta_d, beta_min, eps_s
WanAnimate2ToVideo: width, height, length, batch_size, video_frame_offset, pose_strength, pose_start_percent,
    pose_end_percent, reference_image_strength
WanAnimateToVideo: width, height, length, batch_size, continue_motion_max_frames, video_frame_offset
WanCameraEmbedding: camera_pose, width, height, length, speed, fx, fy, cx, cy
WanImageToImageApi: model, prompt, negative_prompt, seed, watermark
WanImageToVideoApi: model, prompt, negative_prompt, resolution, duration, seed, generate_audio, prompt_extend,
    watermark, shot_type
WanInfiniteTalkToVideo: mode, width, height, length, motion_frame_count, audio_scale
WanReferenceVideoApi: model, prompt, negative_prompt, size, duration, seed, shot_type, watermark
WanSCAILToVideo: width, height, length, batch_size, pose_strength, pose_start, pose_end, video_frame_offset,
    previous_frame_count, replacement_mode
WanSoundImageToVideoExtend: length
WanTextToImageApi: model, prompt, negative_prompt, width, height, seed, prompt_extend, watermark
WanTextToVideoApi: model, prompt, negative_prompt, size, duration, seed, generate_audio, prompt_extend, watermark,
    shot_type
WanTrackToVideo: tracks, width, height, length, batch_size, temperature, topk
YuE2GenerateABC: style, lyrics, seed, mode, max_abc_tokens, temperature, top_p, top_k, repetition_penalty,
    penalty_window
YuE2GenerateMusic: style, lyrics, abc, seed, mode, max_duration, temperature, top_p, top_k, repetition_penalty,
    cfg_scale
"""

_PACKS = """
ADE_AnimateDiffLoaderGen1: model_name, beta_schedule
ADE_AnimateDiffLoaderWithContext: model_name, beta_schedule, motion_scale, apply_v2_models_properly
ADE_AnimateDiffSamplingSettings: batch_offset, noise_type, seed_gen, seed_offset, adapt_denoise_steps
ADE_ApplyAnimateDiffModel: start_percent, end_percent
ADE_LoadAnimateDiffModel: model_name
ADE_LoopedUniformContextOptions: context_length, context_stride, context_overlap, closed_loop, fuse_method,
    use_on_equal_length, start_percent, guarantee_steps
ADE_MultivalDynamic: float_val
ADE_PromptSchedulingLatents | ADE_PromptScheduling: prompts, prepend_text, append_text, print_schedule,
    tensor_interp
ADE_StandardStaticContextOptions: context_length, context_overlap, fuse_method, use_on_equal_length,
    start_percent, guarantee_steps
ADE_StandardUniformContextOptions: context_length, context_stride, context_overlap, closed_loop, fuse_method,
    use_on_equal_length, start_percent, guarantee_steps
ADE_TimestepConditioning: start_percent, end_percent
ADE_UseEvolvedSampling: beta_schedule
BNK_CLIPTextEncodeAdvanced: text, token_normalization, weight_interpretation
BNK_CLIPTextEncodeSDXLAdvanced: text_l, text_g, token_normalization, weight_interpretation, balance
BNK_TiledKSampler: seed, tile_width, tile_height, tiling_strategy, steps, cfg, sampler_name, scheduler, denoise
Cfg Literal | Cfg Literal (Image Saver) | Float Literal | Float Literal (Image Saver): float
Checkpoint Loader | Checkpoint Loader (Simple): ckpt_name
Checkpoint Selector | Checkpoint Loader with Name (Image Saver): ckpt_name
CheckpointLoaderNF4: ckpt_name
CheckpointLoader|pysssss: ckpt_name
CLIPLoaderGGUF: clip_name, type
ClownSampler_Beta: eta, sampler_name, seed, bongmath
ClownsharKSampler_Beta: eta, sampler_name, scheduler, steps, steps_to_run, denoise, cfg, seed, sampler_mode, bongmath
CLIPTextEncode (NSP): mode, noodle_key, seed, text
CogVideoLoraSelect: lora, strength, fuse_lora
CogVideoSampler: num_frames, steps, cfg, seed, scheduler, denoise_strength
CogVideoTextEncode: prompt, strength, force_offload
Constant Number: number_type, number, number_as_text
ConstrainImage|pysssss: max_width, max_height, min_width, min_height, crop_if_required
Control Net Stacker: strength, start_percent, end_percent
CR Apply ControlNet: switch, strength
CR Aspect Ratio: width, height, aspect_ratio, swap_dimensions, upscale_factor, prescale_factor, batch_size
CR Combine Prompt: part1, part2, part3, part4, separator
CR Image Input Switch | CR Latent Input Switch | CR Conditioning Input Switch | CR Model Input Switch | CR Clip
    Input Switch | CR VAE Input Switch | CR Text Input Switch: Input
CR Integer To String: int_
CR Load LoRA: switch, lora_name, strength_model, strength_clip
CR LoRA Stack: (switch_#, lora_name_#, model_weight_#, clip_weight_#) x 3
CR Multi-ControlNet Stack: (switch_#, controlnet_#, controlnet_strength_#, start_percent_#, end_percent_#) x 3
CR Prompt Text: prompt
CR SD1.5 Aspect Ratio: width, height, aspect_ratio, swap_dimensions, upscale_factor, batch_size
CR SDXL Aspect Ratio: width, height, aspect_ratio, swap_dimensions, upscale_factor, batch_size
CR SDXL Prompt Mix Presets: prompt_positive, prompt_negative, style_positive, style_negative, preset
CR Seed: seed
CR Text: text
CR Text Concatenate: text1, text2, separator
CR Upscale Image: upscale_model, mode, rescale_factor, resize_width, resampling_method, supersample,
    rounding_modulus
CR Value: value
DetailerForEach | DetailerForEachDebug: guide_size, guide_size_for, max_size, seed, steps, cfg, sampler_name,
    scheduler, denoise, feather, noise_mask, force_inpaint, wildcard, cycle, inpaint_model, noise_mask_feather,
    tiled_encode, tiled_decode
DiffusionModelLoaderKJ: model_name, weight_dtype, compute_dtype, patch_cublaslinear, sage_attention,
    enable_fp16_accumulation
DiffusionModelSelector: model_name
Display Any (rgthree) | Display Int (rgthree): output
DPCombinatorialGenerator: text, autorefresh
DPRandomGenerator: text, seed, autorefresh
DualCLIPLoaderGGUF: clip_name1, clip_name2, type
easy a1111Loader | easy comfyLoader: ckpt_name, vae_name, clip_skip, lora_name, lora_model_strength,
    lora_clip_strength, resolution, empty_latent_width, empty_latent_height, positive, negative, batch_size,
    a1111_prompt_style
easy fluxLoader: ckpt_name, vae_name, lora_name, lora_model_strength, lora_clip_strength, resolution,
    empty_latent_width, empty_latent_height, positive, batch_size
easy fullkSampler: steps, cfg, sampler_name, scheduler, denoise, image_output, link_id, save_prefix, seed
easy fullLoader: ckpt_name, config_name, vae_name, clip_skip, lora_name, lora_model_strength,
    lora_clip_strength, resolution, empty_latent_width, empty_latent_height, positive,
    positive_token_normalization, positive_weight_interpretation, negative, negative_token_normalization,
    negative_weight_interpretation, batch_size, a1111_prompt_style
easy hunyuanDiTLoader: ckpt_name, vae_name, lora_name, lora_model_strength, lora_clip_strength, resolution,
    empty_latent_width, empty_latent_height, positive, negative, batch_size
easy int | easy float | easy string | easy boolean: value
easy kSampler | easy kSamplerTiled: image_output, link_id, save_prefix
easy negative: negative
easy positive: positive
easy preSampling: steps, cfg, sampler_name, scheduler, denoise, seed
easy preSamplingAdvanced: steps, cfg, sampler_name, scheduler, start_at_step, end_at_step, add_noise, seed,
    return_with_leftover_noise
easy preSamplingCustom: guider, cfg, sampler_name, scheduler, coeff, steps, sigma_max, sigma_min, rho, beta_d,
    beta_min, eps_s, flip_sigmas, denoise, add_noise, seed
easy prompt: prompt, main, lighting
easy promptConcat: separator
easy promptLine: prompt, start_index, max_rows, remove_empty_lines
easy promptList: prompt_1, prompt_2, prompt_3, prompt_4, prompt_5
easy promptReplace: find1, replace1, find2, replace2, find3, replace3
easy seed | easy globalSeed: seed
easy wildcards: text, Select to add LoRA, Select to add Wildcard, seed, multiline_mode
Eff. Loader SDXL: base_ckpt_name, base_clip_skip, refiner_ckpt_name, refiner_clip_skip, positive_ascore,
    negative_ascore, vae_name, positive, negative, token_normalization, weight_interpretation,
    empty_latent_width, empty_latent_height, batch_size
Efficient Loader: ckpt_name, vae_name, clip_skip, lora_name, lora_model_strength, lora_clip_strength, positive,
    negative, token_normalization, weight_interpretation, empty_latent_width, empty_latent_height, batch_size
EmptyLatentImageCustomPresets: dimensions, invert, batch_size
EmptyLatentImagePresets: dimensions, invert, batch_size
FaceDetailer: guide_size, guide_size_for, max_size, seed, steps, cfg, sampler_name, scheduler, denoise, feather,
    noise_mask, force_inpaint, bbox_threshold, bbox_dilation, bbox_crop_factor, sam_detection_hint,
    sam_dilation, sam_threshold, sam_bbox_expansion, sam_mask_hint_threshold, sam_mask_hint_use_negative,
    drop_size, wildcard, cycle, inpaint_model, noise_mask_feather, tiled_encode, tiled_decode
FaceDetailerPipe: guide_size, guide_size_for, max_size, seed, steps, cfg, sampler_name, scheduler, denoise,
    feather, noise_mask, force_inpaint, bbox_threshold, bbox_dilation, bbox_crop_factor, sam_detection_hint,
    sam_dilation, sam_threshold, sam_bbox_expansion, sam_mask_hint_threshold, sam_mask_hint_use_negative,
    drop_size, refiner_ratio, cycle, inpaint_model, noise_mask_feather, tiled_encode, tiled_decode
FluxSamplerParams+: seed, sampler, scheduler, steps, guidance, max_shift, base_shift, denoise
FramePackSampler: steps, use_teacache, teacache_rel_l1_thresh, cfg, guidance_scale, shift, seed, latent_window_size,
    total_second_length, gpu_memory_preservation, sampler, embed_interpolation, start_embed_strength,
    denoise_strength
GlobalSeed //Inspire: value, mode, action, last_seed
HighRes-Fix Script: upscale_type, hires_ckpt_name, latent_upscaler, pixel_upscaler, upscale_by, use_same_seed,
    seed, hires_steps, denoise, iterations, use_controlnet, control_net_name, strength, preprocessor,
    preprocessor_imgs
HyVideoLoraSelect: lora, strength
HyVideoModelLoader: model, base_precision, quantization, load_device, attention_mode
HyVideoSampler: width, height, num_frames, steps, embedded_guidance_scale, flow_shift, seed, force_offload,
    denoise_strength, scheduler
HyVideoTextEncode: prompt, force_offload, prompt_template
HyVideoVAELoader: model_name, precision
Image Save: output_path, filename_prefix, filename_delimiter, filename_number_padding, filename_number_start,
    extension, dpi, quality, optimize_image, lossless_webp, overwrite_mode, show_history,
    show_history_by_prefix, embed_workflow, show_previews
Image Saver: filename, path, extension, steps, cfg, modelname, sampler_name, scheduler, positive, negative,
    seed_value, width, height, lossless_webp, quality_jpeg_or_webp, optimize_png, counter, denoise, clip_skip,
    time_format, save_workflow_as_json, embed_workflow
ImageResizeKJ: width, height, upscale_method, keep_proportion, divisible_by, width_input, height_input, crop
ImageResizeKJv2: width, height, upscale_method, keep_proportion, pad_color, crop_position, divisible_by, device
ImpactInt | ImpactFloat | ImpactBoolean: value
ImpactKSamplerAdvancedBasicPipe: add_noise, noise_seed, steps, cfg, sampler_name, scheduler, start_at_step,
    end_at_step, return_with_leftover_noise
ImpactKSamplerBasicPipe: seed, steps, cfg, sampler_name, scheduler, denoise
ImpactSwitch | LatentSwitch | SEGSSwitch | ImpactMakeAnyList: select, sel_mode
ImpactWildcardEncode: wildcard_text, populated_text, mode, Select to add LoRA, Select to add Wildcard, seed
ImpactWildcardProcessor: wildcard_text, populated_text, mode, seed, Select to add Wildcard
Input Parameters (Image Saver): seed, steps, cfg, sampler_name, scheduler, denoise
INTConstant | FloatConstant | BOOLConstant: value
IPAdapter: weight, start_at, end_at, weight_type
IPAdapterAdvanced: weight, weight_type, combine_embeds, start_at, end_at, embeds_scaling
IPAdapterApply: weight, noise, weight_type, start_at, end_at, unfold_batch
IPAdapterFaceID: weight, weight_faceidv2, weight_type, combine_embeds, start_at, end_at, embeds_scaling
IPAdapterModelLoader: ipadapter_file
IPAdapterUnifiedLoader: preset
IPAdapterUnifiedLoaderFaceID: preset, lora_strength, provider
JoinStringMulti: inputcount, string_1, string_2, delimiter, return_list
JoinStrings: string1, string2, delimiter
KSampler (Efficient): seed, steps, cfg, sampler_name, scheduler, denoise, preview_method, vae_decode
KSampler (WAS): seed, steps, cfg, sampler_name, scheduler, denoise
KSampler //Inspire: seed, steps, cfg, sampler_name, scheduler, denoise, noise_mode, batch_seed_mode,
    variation_seed, variation_strength
KSampler Adv. (Efficient): add_noise, noise_seed, steps, cfg, sampler_name, scheduler, start_at_step,
    end_at_step, return_with_leftover_noise, preview_method, vae_decode
KSampler Config (rgthree): steps_total, refiner_step, cfg, sampler_name, scheduler
KSampler SDXL (Eff.): noise_seed, steps, cfg, sampler_name, scheduler, start_at_step, refine_at_step,
    preview_method, vae_decode
KSamplerAdvanced //Inspire: add_noise, noise_seed, steps, cfg, sampler_name, scheduler, start_at_step,
    end_at_step, noise_mode, return_with_leftover_noise, batch_seed_mode, variation_seed, variation_strength
KSamplerAdvancedProvider: cfg, sampler_name, scheduler, sigma_factor
KSamplerProvider: seed, steps, cfg, sampler_name, scheduler, denoise
LoadFramePackModel: model, base_precision, quantization, load_device, attention_mode
LoadWanVideoT5TextEncoder: model_name, precision, load_device, quantization
Lora Loader: lora_name, strength_model, strength_clip
Lora Loader (LoraManager) | Lora Stacker (LoraManager): text, loras
Lora Loader Stack (rgthree): lora_01, strength_01, lora_02, strength_02, lora_03, strength_03, lora_04,
    strength_04
LoRA Stacker: input_mode, lora_count, (lora_name_#, lora_wt_#, model_str_#, clip_str_#) x 49
LoraLoaderBlockWeight //Inspire: category_filter, lora_name, strength_model, strength_clip, inverse, seed, A, B,
    preset, block_vector, bypass
LoraLoader|pysssss: lora_name, strength_model, strength_clip
LoraTagLoader: text
MathExpression|pysssss: expression
Number to Int | Number to Float | Number to Seed | Number to String: number
NunchakuFluxDiTLoader: model_path, cache_threshold, attention, cpu_offload, device_id, data_type, i_2_f_mode
NunchakuFluxLoraLoader: lora_name, lora_strength
Power Prompt (rgthree) | Power Prompt - Simple (rgthree): prompt, insert_lora, insert_embedding, insert_saved,
    values_insert_saved
Power Puter (rgthree): outputs, code
Prompt Multiple Styles Selector: style1, style2, style3, style4
Prompt Styles Selector: style
SAMLoader: model_name, device_mode
Sampler Selector | Sampler Selector (Image Saver): sampler_name
SaveImageExtended: filename_prefix, filename_keys, foldername_prefix, foldername_keys, delimiter, save_job_data,
    job_data_per_image, job_custom_text, save_metadata, counter_digits, counter_position, one_counter_per_folder,
    image_preview, output_ext, quality, named_keys
SaveImagePlus: filename_prefix, file_type, remove_metadata
Scheduler Selector | Scheduler Selector (Image Saver): scheduler
SDXL Empty Latent Image (rgthree): dimensions, clip_scale, batch_size
SDXL Power Prompt - Positive (rgthree) | SDXL Power Prompt - Simple / Negative (rgthree): prompt_g, prompt_l,
    insert_lora, insert_embedding, insert_saved, target_width, target_height, crop_width, crop_height
SDXLPromptStyler: text_positive, text_negative, style, log_prompt, style_positive, style_negative
SDXLPromptStylerAdvanced: text_positive_g, text_positive_l, text_negative, style, negative_prompt_to, log_prompt
Seed: seed
Seed (rgthree): seed
Seed Generator | Seed Generator (Image Saver): seed
SharkSampler_Beta: scheduler, steps, steps_to_run, denoise, cfg, seed, sampler_mode
ShowText|pysssss: text_0
Sigmas Resample: steps
SimpleCalculatorKJ: expression
SimpleMath+: value
smZ CLIPTextEncode: text, parser, mean_normalization, multi_conditioning, use_old_emphasis_implementation,
    with_SDXL, ascore, width, height, crop_w, crop_h, target_width, target_height, text_g, text_l, smZ_steps
SomethingToString: prefix, suffix
String Literal | String Literal (Image Saver): string
StringConstant: string
StringConstantMultiline: string, strip_newlines
StringFunction|pysssss: action, tidy_tags, text_a, text_b, text_c
Text Concatenate: delimiter, clean_whitespace, text_a, text_b, text_c, text_d
Text Find and Replace: find, replace
Text Multiline | Text box: text
Text Random Line: seed
Text String: text, text_b, text_c, text_d
TripleCLIPLoaderGGUF: clip_name1, clip_name2, clip_name3
ttN concat: text1, text2, text3, delimiter
ttN float: float
ttN int: int
ttN pipeKSampler: lora_name, lora_model_strength, lora_clip_strength, upscale_method, factor, rescale, percent,
    width, height, longer_side, crop, sampler_state, steps, cfg, sampler_name, scheduler, denoise, image_output,
    save_prefix, seed
ttN pipeLoader: ckpt_name, config_name, vae_name, clip_skip, lora1_name, lora1_model_strength,
    lora1_clip_strength, lora2_name, lora2_model_strength, lora2_clip_strength, lora3_name,
    lora3_model_strength, lora3_clip_strength, positive, positive_token_normalization,
    positive_weight_interpretation, negative, negative_token_normalization, negative_weight_interpretation,
    empty_latent_width, empty_latent_height, batch_size, seed
ttN seed: seed
ttN text | ttN textDebug: text
UltimateSDUpscale: upscale_by, seed, steps, cfg, sampler_name, scheduler, denoise, mode_type, tile_width,
    tile_height, mask_blur, tile_padding, seam_fix_mode, seam_fix_denoise, seam_fix_width, seam_fix_mask_blur,
    seam_fix_padding, force_uniform_tiles, tiled_decode, batch_size
UltimateSDUpscaleNoUpscale: seed, steps, cfg, sampler_name, scheduler, denoise, mode_type, tile_width,
    tile_height, mask_blur, tile_padding, seam_fix_mode, seam_fix_denoise, seam_fix_width, seam_fix_mask_blur,
    seam_fix_padding, force_uniform_tiles, tiled_decode
UltralyticsDetectorProvider: model_name
UNETLoader with Name (Image Saver) | UNet loader with Name (Image Saver): unet_name, weight_dtype
UnetLoaderGGUF: unet_name
UnetLoaderGGUFAdvanced: unet_name, dequant_dtype, patch_dtype, patch_on_device
VHS_LoadVideo: video, force_rate, custom_width, custom_height, frame_load_cap, skip_first_frames,
    select_every_nth, format
VHS_VideoCombine: frame_rate, loop_count, filename_prefix, format, pingpong, save_output
WanVideoAnimateEmbeds: width, height, num_frames, force_offload, frame_window_size, colormatch, pose_strength,
    face_strength, tiled_vae
WanVideoEmptyEmbeds: width, height, num_frames
WanVideoImageToVideoEncode: width, height, num_frames, noise_aug_strength, start_latent_strength, end_latent_strength,
    force_offload, fun_or_fl2v_model, tiled_vae
WanVideoImageToVideoMultiTalk: width, height, frame_window_size, motion_frame, force_offload, colormatch, tiled_vae
WanVideoLoraSelect: lora, strength, low_mem_load, merge_loras
WanVideoLoraSelectMulti: lora_0, strength_0, lora_1, strength_1, lora_2, strength_2, lora_3, strength_3, lora_4,
    strength_4, low_mem_load, merge_loras
WanVideoModelLoader: model, base_precision, quantization, load_device, attention_mode, rms_norm_function
WanVideoSampler: steps, cfg, shift, seed, force_offload, scheduler, riflex_freq_index, denoise_strength, batched_cfg,
    rope_function, start_step, end_step, add_noise_to_samples
WanVideoScheduler | WanVideoSchedulerv2: scheduler, steps, shift, start_step, end_step
WanVideoTextEncode: positive_prompt, negative_prompt, force_offload, use_disk_cache, device
WanVideoTextEncodeCached: model_name, precision, positive_prompt, negative_prompt, quantization, use_disk_cache, device
WanVideoTextEncodeSingle: prompt, force_offload, use_disk_cache, device
WanVideoVACEEncode: width, height, num_frames, strength, vace_start_percent, vace_end_percent, tiled_vae
WanVideoVAELoader: model_name, precision, use_cpu_cache, verbose
WidgetToString: id, widget_name, return_all, any_input, node_title, allowed_float_decimals
Width/Height Literal | Width/Height Literal (Image Saver) | Int Literal | Int Literal (Image Saver): int
WildcardEncode //Inspire: token_normalization, weight_interpretation, wildcard_text, populated_text, mode,
    Select to add LoRA, Select to add Wildcard, seed
"""


def names_of(kind: str) -> tuple[str, ...]:
    """The widgets of this class of node; empty when it is not known."""
    return _table().get(kind, ())


@cache
def _table() -> dict[str, tuple[str, ...]]:
    """All rows; a line that begins with blanks goes on with the one before."""
    table: dict[str, tuple[str, ...]] = {}
    for row in (_CORE + _PACKS).replace("\n    ", " ").splitlines():
        if row:
            kinds, _, widgets = row.rpartition(": ")
            names = _names(widgets)
            for kind in kinds.split(" | "):
                table[kind] = names
    return table


def _names(widgets: str) -> tuple[str, ...]:
    plain, _, repeated = widgets.partition("(")
    names = [name for name in plain.split(", ") if name]
    if repeated:
        parts, _, count = repeated.partition(") x ")
        names += [part.replace("#", str(number)) for number in range(1, int(count) + 1) for part in parts.split(", ")]
    return tuple(names)
